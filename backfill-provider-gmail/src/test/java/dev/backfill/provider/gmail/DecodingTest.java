package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageLimit;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.gmail.GmailQuirks;
import dev.backfill.testkit.mail.MailAttachment;
import dev.backfill.testkit.mail.MailFiles;
import dev.backfill.testkit.mail.MailHeader;
import dev.backfill.testkit.mail.ParsedMail;
import dev.backfill.testkit.mail.Profile;
import dev.backfill.testkit.mail.StoredMail;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/** What comes out of the provider, held against what the test kit's own reader, made of other code, reads in the same mail. */
class DecodingTest {
    private static final PageLimit LARGE = new PageLimit(1_000, 1L << 30);

    @Test
    void generatedMailIsDecodedAsAGoodMailClientShowsIt() throws Exception {
        assertDecoded(TestMail.generated(420), GmailQuirks.DEFAULT, Map.of());
    }

    @Test
    void bodiesInTheirOwnCharsetsAndDecodedHeadersAreDecodedToo() throws Exception {
        assertDecoded(
                TestMail.generated(420),
                GmailQuirks.DEFAULT.withOriginalBodies().withLargeBodyBytes(3_000),
                Map.of());
    }

    @Test
    void rawMailIsDecodedTheSame() throws Exception {
        assertDecoded(TestMail.generated(420), GmailQuirks.DEFAULT, Map.of("content", "raw"));
    }

    @Test
    void realMailIsDecodedAsAGoodMailClientShowsIt() throws Exception {
        assertDecoded(corpus("real"), GmailQuirks.DEFAULT, Map.of());
    }

    @Test
    void trickyMailIsDecodedAsAGoodMailClientShowsIt() throws Exception {
        assertDecoded(corpus("tricky"), GmailQuirks.DEFAULT, Map.of());
    }

    private static List<StoredMail> corpus(String name) throws Exception {
        Path folder = Path.of(System.getProperty("backfill.corpus", "../../shared/corpus"), name);
        assumeThat(Files.isDirectory(folder))
                .as("real mail is not there: set -Dbackfill.corpus to a folder with " + name)
                .isTrue();
        return MailFiles.load(folder);
    }

    private static void assertDecoded(List<StoredMail> mails, GmailQuirks quirks, Map<String, String> settings)
            throws Exception {
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("a@example.com", mails)
                        .quirks(quirks)
                        .start();
                TestBox box = TestBox.open(gmail.rootUrl(), settings)) {
            MailQuery query = new MailQuery(null, Crawl.TO, List.of("all", "deleted", "junk"), false, false);
            Crawl crawl = Crawl.run(box.mailbox(), query, LARGE);
            Map<String, EmailMessage> found =
                    crawl.emails().stream().collect(Collectors.toMap(EmailMessage::id, Function.identity()));
            assertThat(found).hasSize(mails.size());
            Map<String, List<String>> differences = new TreeMap<>();
            for (StoredMail mail : mails) {
                compare(mail, Objects.requireNonNull(found.get(mail.id())), differences);
            }
            assertThat(differences).isEmpty();
        }
    }

    private static void compare(StoredMail stored, EmailMessage email, Map<String, List<String>> differences) {
        ParsedMail mail = stored.parsed();
        Map<String, Object> expected = new TreeMap<>();
        Map<String, @Nullable Object> found = new TreeMap<>();
        put(expected, found, "subject", mail.subject(), email.subject());
        put(expected, found, "text", body(mail.textBody()), body(email.bodyText()));
        put(expected, found, "html", body(mail.htmlBody()), body(email.bodyHtml()));
        put(
                expected,
                found,
                "from",
                people(mail.from().stream().limit(1).toList()),
                people(email.from() == null ? List.of() : List.of(email.from())));
        put(expected, found, "to", people(mail.to()), people(email.to()));
        put(expected, found, "cc", people(mail.cc()), people(email.cc()));
        put(expected, found, "bcc", people(mail.bcc()), people(email.bcc()));
        put(expected, found, "replyTo", people(mail.replyTo()), people(email.replyTo()));
        put(expected, found, "date", String.valueOf(mail.date().orElse(null)), String.valueOf(email.sentAt()));
        put(expected, found, "received", stored.receivedAt(), email.receivedAt());
        put(expected, found, "messageId", mail.messageId(), email.internetMessageId());
        put(expected, found, "inReplyTo", mail.inReplyTo(), email.inReplyTo());
        put(expected, found, "references", mail.references(), email.references());
        put(expected, found, "headers", headers(mail), lower(email.headers()));
        put(
                expected,
                found,
                "attachments",
                mail.attachments().stream().map(DecodingTest::shown).toList(),
                email.attachments().stream().map(DecodingTest::shown).toList());
        put(
                expected,
                found,
                "labels",
                Profile.GMAIL.labels(stored).stream().sorted().toList(),
                email.labels().stream().sorted().toList());
        put(expected, found, "read", stored.isRead(), email.read());
        put(expected, found, "starred", stored.isStarred(), email.starred());
        put(expected, found, "importance", stored.importance(), email.importance());
        put(expected, found, "size", (long) stored.mime().size(), email.sizeBytes());
        put(expected, found, "thread", stored.threadKey(), email.threadId());
        put(
                expected,
                found,
                "mimeType",
                mail.htmlBody() != null ? "text/html" : mail.textBody() != null ? "text/plain" : "none",
                email.mimeType() == null ? "none" : email.mimeType());
        expected.forEach((field, value) -> {
            if (!value.equals(found.get(field))) {
                // The id alone: what differs is mail.
                differences.computeIfAbsent(field, unused -> new ArrayList<>()).add(stored.id());
                if (Boolean.getBoolean("decoding.show")) {
                    System.err.println(stored.id() + " " + field + "\n  " + value + "\n  " + found.get(field));
                }
            }
        });
    }

    private static void put(
            Map<String, Object> expected,
            Map<String, @Nullable Object> found,
            String name,
            Object one,
            @Nullable Object other) {
        expected.put(name, one);
        found.put(name, other);
    }

    private static String body(@Nullable String text) {
        return text == null ? "(none)" : text.replace("\r\n", "\n").replace('\r', '\n');
    }

    private static List<String> people(List<EmailAddress> addresses) {
        return addresses.stream()
                .map(one -> one.name() + " <" + one.address() + ">")
                .toList();
    }

    private static Map<String, String> headers(ParsedMail mail) {
        Map<String, String> joined = new TreeMap<>();
        for (MailHeader header : mail.headers()) {
            joined.merge(
                    header.name().toLowerCase(Locale.ROOT), header.value(), (first, second) -> first + "\n" + second);
        }
        return joined;
    }

    private static Map<String, String> lower(Map<String, String> headers) {
        Map<String, String> lower = new TreeMap<>();
        headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
        return lower;
    }

    private static String shown(MailAttachment attachment) {
        return attachment.name() + "|" + attachment.contentType() + "|" + attachment.sizeBytes() + "|"
                + attachment.inline() + "|" + attachment.contentId();
    }

    private static String shown(Attachment attachment) {
        return attachment.name() + "|" + attachment.contentType() + "|" + attachment.sizeBytes() + "|"
                + attachment.inline() + "|" + attachment.contentId();
    }
}
