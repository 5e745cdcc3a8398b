package dev.backfill.testkit.mail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Reads real mail, which is no part of the project: the folder is the system property {@code backfill.corpus}. What must be
 * found is written as hashes, because the mail belongs to others.
 */
class CorpusTest {
    private static final Path CORPUS = Path.of(System.getProperty("backfill.corpus", "../../shared/corpus"));
    private static final Pattern PLAIN_SUBJECT =
            Pattern.compile("(?m)^Subject:[ \t]*([\\x20-\\x7e]*?)[ ]*\r?$(?!\n[ \t])");
    private static final Pattern TYPED =
            Pattern.compile("(?mi)^(content-type|content-transfer-encoding|mime-version):");

    @BeforeAll
    static void sayWhenTheMailIsAbsent() {
        if (!Files.isDirectory(CORPUS)) {
            String message = "REAL MAIL IS ABSENT, so the tests on it say nothing: no folder " + CORPUS
                    + "; give it with -Dbackfill.corpus=FOLDER";
            System.err.println(message);
            Assumptions.abort(message);
        }
    }

    @Test
    void everyRealMessageIsRead() throws MailFileException {
        List<StoredMail> mails = MailFiles.load(corpus("real"));

        assertThat(mails).hasSize(1_000);
        assertThat(mails).allSatisfy(mail -> {
            assertThat(mail.parsed().failure()).isEmpty();
            assertThat(mail.parsed().from()).isNotEmpty();
            assertThat(bodies(mail.parsed())).isNotEmpty();
        });
        assertThat(mails).filteredOn(mail -> mail.parsed().date().isPresent()).hasSize(1_000);
    }

    @Test
    void everyTrickyMessageIsRead() throws MailFileException {
        List<StoredMail> mails = MailFiles.load(corpus("tricky"));

        assertThat(mails).hasSize(189);
        assertThat(mails).allSatisfy(mail -> assertThat(mail.parsed().failure()).isEmpty());
        assertThat(mails).extracting(StoredMail::id).doesNotHaveDuplicates();
    }

    /** A subject of plain ASCII on one line needs no decoding, so that a pattern finds it as well as a parser. */
    @Test
    void plainSubjectsAreWhatStandsInTheFile() throws MailFileException {
        int compared = 0;
        for (StoredMail mail : MailFiles.load(corpus("real"))) {
            Matcher subject = PLAIN_SUBJECT.matcher(head(mail));
            if (subject.find() && !subject.group(1).contains("=?")) {
                assertThat(mail.parsed().subject()).isEqualTo(subject.group(1));
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(800);
    }

    /** A message without MIME headers is its text. */
    @Test
    void untypedBodiesAreWhatStandsInTheFile() throws MailFileException {
        int compared = 0;
        for (StoredMail mail : MailFiles.load(corpus("real"))) {
            String whole = mail.mime().text(StandardCharsets.ISO_8859_1);
            String head = head(mail);
            if (!TYPED.matcher(head).find()
                    && TextDecoder.isSevenBit(mail.mime().toByteArray())) {
                String body = whole.substring(head.length()).replaceFirst("^\r?\n\r?\n", "");
                assertThat(mail.parsed().textBody()).isEqualTo(body);
                compared++;
            }
        }
        assertThat(compared).isGreaterThan(50);
    }

    @ParameterizedTest
    @CsvSource({
        "real/hard-ham-1-00039.eml, subject, e9d7f89ddb20868f",
        "real/hard-ham-1-00039.eml, from, f581c1a9c2f4579b",
        "real/hard-ham-1-00039.eml, names, 6c67766d8cb5229f",
        "real/hard-ham-1-00042.eml, subject, e28c4acfb2837a95",
        "real/hard-ham-1-00042.eml, text, c3376f21551098f3",
        "real/hard-ham-1-00149.eml, subject, 9f0b4979d6378b6e",
        "real/easy-ham-1-00011.eml, from, 5c3fdf57a8140cc3",
        "real/easy-ham-1-00492.eml, text, 62bfa079a88635f1",
        "real/easy-ham-1-00007.eml, text, de84ca4488958e3d",
        "tricky/mail-japanese.eml, subject, 9f5f68e01400bc56",
        "tricky/mail-japanese.eml, text, dfbe719705a3e5f9",
        "tricky/mail-japanese_iso_2022.eml, subject, 9f5f68e01400bc56",
        "tricky/mail-japanese_iso_2022.eml, to, 751e3a4aee1f49c7",
        "tricky/mail-japanese_iso_2022.eml, text, 2bdc61b3cdbb2682",
        "tricky/mail-japanese_shift_jis.eml, text, 26794d7b2025ea9e",
        "tricky/mail-ks_c_5601-1987.eml, text, 7931c4f0d9a7d2d0",
        "tricky/mail-japanese_attachment_long_name.eml, subject, 09e6134df845d03f",
        "tricky/mail-japanese_attachment_long_name.eml, names, b3c6b4b7e96bf24d",
        "tricky/mail-attachment_with_quoted_filename.eml, subject, 0735a01d87a088a8",
        "tricky/mail-attachment_with_quoted_filename.eml, names, 39fe2c09212df795",
        "tricky/mail-attachment_with_base64_encoded_name.eml, names, 04abc9fb921f2382",
        "tricky/mail-attachment_nonascii_filename.eml, names, 41e1828de48e18c6",
        "tricky/mail-attachment_pdf.eml, subject, 4215df49a7fc49eb",
        "tricky/mail-raw_email.eml, subject, c35c36dd460ecee5",
        "tricky/mail-raw_email_bad_time.eml, from, a604dfe62554ae1b",
        "tricky/mail-raw_email_bad_time.eml, html, f20b053da4cb2753",
        "tricky/mail-utf8_headers.eml, subject, d9512a752910185f",
        "tricky/mail-utf8_headers.eml, from, ddfa888e77d2bebb",
        "tricky/mail-utf8_headers.eml, to, a57af403add0e9be",
        "tricky/mail-raw_email5.eml, text, 70a4072b4f5484e8",
        "tricky/mail-raw_email_with_partially_quoted_subject.eml, subject, 8a950b8ee839d9b4",
        "tricky/mail-raw_email_with_illegal_boundary.eml, text, aeced2e4a95c7f1f",
        "tricky/mail-raw_email_with_illegal_boundary.eml, html, de2bb89aa06faa6f",
        "tricky/mail-email_with_similar_boundaries.eml, text, c9d04c9565fc665c",
        "tricky/mail-email_with_similar_boundaries.eml, names, 51a771fdaa0fd223",
        "tricky/mail-example10.eml, to, a47985291aca74e0",
        "tricky/mime4j-russian-headers.eml, names, 18b8d9a8c65edac1",
        "tricky/mime4j-intl.eml, subject, 744c0de718fcc278",
        "tricky/mime4j-german-qp.eml, from, f3356a97d97a26a3",
        "tricky/mime4j-german-qp.eml, text, 57c1f18c3ed08cb2",
        "tricky/mime4j-attachment-filename-encoding-Latin1.eml, names, afda352c3888be30",
        "tricky/mime4j-very-very-long-boundary.eml, text, b42cfca98adfd9ea",
        "tricky/mime4j-hdr-fakeout.eml, text, 4dee3335ae63ab7d",
        "tricky/mime4j-malformedHeaderStartsBody-noheader.eml, text, 6b7905ebe3b1e64a",
        "tricky/mime4j-obsolete.eml, subject, ab6d97387925c4d1",
        "tricky/mime4j-obsolete.eml, text, 9e2ec912af5dff2a",
        "tricky/mime4j-2002_06_12_doublebound.eml, text, 245ebb6d76742c97",
        "tricky/mime4j-2002_06_12_doublebound.eml, names, 12e944373c15e4b7",
        "tricky/mime4j-base64-encoded-text.eml, text, 7f5a045ad74e3720",
        "tricky/mime4j-multi-igor.eml, names, 4a0a5f640636fe42"
    })
    void knownMessageSaysWhatItSays(String file, String what, String hash) throws MailFileException {
        ParsedMail mail = MailFiles.load(corpus(file)).get(0).parsed();
        String found = switch (what) {
            case "subject" -> mail.subject();
            case "from" -> mail.from().get(0).name() + " " + mail.from().get(0).address();
            case "to" ->
                String.join(",", mail.to().stream().map(EmailAddress::address).toList());
            case "text" ->
                Samples.lineFeeds(Optional.ofNullable(mail.textBody()).orElse("none"));
            case "html" ->
                Samples.lineFeeds(Optional.ofNullable(mail.htmlBody()).orElse("none"));
            default ->
                String.join(
                        ",",
                        mail.attachments().stream().map(MailAttachment::name).toList());
        };
        assertThat(MailBytes.utf8(found).sha256()).startsWith(hash);
    }

    private static String bodies(ParsedMail mail) {
        return Optional.ofNullable(mail.textBody()).orElse("")
                + Optional.ofNullable(mail.htmlBody()).orElse("");
    }

    private static String head(StoredMail mail) {
        return mail.mime().text(StandardCharsets.ISO_8859_1).split("\r?\n\r?\n", 2)[0];
    }

    private static Path corpus(String name) {
        return CORPUS.resolve(name);
    }
}
