package dev.backfill.provider.gmail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.PageItem;
import dev.backfill.testkit.PageCollector;
import dev.backfill.testkit.gmail.FakeGmail;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.StoredMail;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The trees that mail is made of, by hand: what of them is the body and what an attachment, the same from Gmail's parts and from the
 * MIME.
 */
class MimeTreeTest {
    private static final String ID = "00000000000000b1";
    private static final String HEAD =
            "From: Ann <ann@example.com>\nTo: bob@example.com\nSubject: tree\nMIME-Version: 1.0\n";

    private static String part(String headers, String body) {
        return headers + "\n\n" + body + "\n";
    }

    private static String multipart(String type, String boundary, String... parts) {
        StringBuilder text = new StringBuilder("Content-Type: multipart/" + type + "; boundary=" + boundary + "\n\n");
        for (String part : parts) {
            text.append("--").append(boundary).append('\n').append(part);
        }
        return text.append("--").append(boundary).append("--\n").toString();
    }

    private static final String TEXT = part("Content-Type: text/plain; charset=utf-8", "plain words");
    private static final String HTML = part("Content-Type: text/html; charset=utf-8", "<p>marked words</p>");

    /** What came of one message, and the content of its attachments. */
    private record Read(EmailMessage email, List<String> contents) {}

    private static Read read(String mime, String content) throws Exception {
        StoredMail mail = StoredMail.builder(ID, Crawl.TO.minusSeconds(60))
                .threadKey("00000000000000aa")
                .folder(FolderPath.INBOX)
                .mime(MailBytes.utf8((HEAD + mime).replace("\n", "\r\n")))
                .build();
        try (FakeGmail gmail = FakeGmail.builder()
                        .mailbox("ann@example.com", List.of(mail))
                        .start();
                TestBox box = TestBox.open(gmail.rootUrl(), Map.of("content", content))) {
            PageCollector page = new PageCollector();
            box.mailbox().replay(Crawl.everything(), List.of(FailureRef.message("all", ID)), page);
            EmailMessage email = ((PageItem.Message) page.items().get(0)).email();
            List<String> contents = new java.util.ArrayList<>();
            for (Attachment attachment : email.attachments()) {
                if (attachment.kind() == Attachment.Kind.FILE) {
                    byte[] bytes = box.mailbox()
                            .open(ContentRef.attachment(ID, attachment.id()), 1 << 20)
                            .readAllBytes();
                    contents.add(new String(bytes, StandardCharsets.UTF_8).strip());
                }
            }
            return new Read(email, contents);
        }
    }

    private static void assertBodies(EmailMessage email, String text, String html) {
        assertThat(String.valueOf(email.bodyText()).strip()).isEqualTo(text);
        assertThat(String.valueOf(email.bodyHtml()).strip()).isEqualTo(html);
    }

    private static void assertAttachment(Attachment attachment, String name, String type, boolean inline) {
        assertThat(attachment.name()).isEqualTo(name);
        assertThat(attachment.contentType()).isEqualTo(type);
        assertThat(attachment.inline()).isEqualTo(inline);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void alternativesAreTwoBodiesOfOneMessage(String content) throws Exception {
        EmailMessage email =
                read(multipart("alternative", "a", TEXT, HTML), content).email();
        assertBodies(email, "plain words", "<p>marked words</p>");
        assertThat(email.mimeType()).isEqualTo("text/html");
        assertThat(email.hasAttachments()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void whatIsMixedInIsAttached(String content) throws Exception {
        String pdf = part(
                "Content-Type: application/pdf; name=report.pdf\nContent-Disposition: attachment; filename=report.pdf\n"
                        + "Content-Transfer-Encoding: base64",
                "JVBERg==");
        Read read = read(multipart("mixed", "m", multipart("alternative", "a", TEXT, HTML), pdf), content);
        assertBodies(read.email(), "plain words", "<p>marked words</p>");
        assertThat(read.email().attachments()).hasSize(1);
        assertAttachment(read.email().attachments().get(0), "report.pdf", "application/pdf", false);
        assertThat(read.email().attachments().get(0).sizeBytes()).isEqualTo(4);
        assertThat(read.contents()).containsExactly("%PDF");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void picturesOfAnHtmlBodyAreInlineByTheirContentId(String content) throws Exception {
        String picture = part(
                "Content-Type: image/png; name=logo.png\nContent-ID: <logo@example>\nContent-Transfer-Encoding: base64",
                "iVBORw==");
        EmailMessage email =
                read(multipart("related", "r", HTML, picture), content).email();
        assertBodies(email, "null", "<p>marked words</p>");
        assertThat(email.attachments()).hasSize(1);
        assertAttachment(email.attachments().get(0), "logo.png", "image/png", true);
        assertThat(email.attachments().get(0).contentId()).isEqualTo("logo@example");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void aSignatureIsAnAttachmentOfWhatItSigns(String content) throws Exception {
        String signature = part(
                "Content-Type: application/pkcs7-signature; name=smime.p7s\n"
                        + "Content-Disposition: attachment; filename=smime.p7s\nContent-Transfer-Encoding: base64",
                "MIIB");
        String signed = multipart("signed; protocol=\"application/pkcs7-signature\"", "s", TEXT, signature);
        EmailMessage email = read(signed, content).email();
        assertBodies(email, "plain words", "null");
        assertThat(email.attachments()).hasSize(1);
        assertAttachment(email.attachments().get(0), "smime.p7s", "application/pkcs7-signature", false);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void aMessageInsideTheMessageIsOneAttachmentWhateverItHolds(String content) throws Exception {
        String inner = "From: carl@example.com\nSubject: inner\nMIME-Version: 1.0\n"
                + multipart(
                        "mixed",
                        "i",
                        part("Content-Type: text/plain", "inner words"),
                        part("Content-Type: application/zip; name=inner.zip", "PK"));
        String forwarded = part("Content-Type: message/rfc822\nContent-Disposition: attachment", inner);
        EmailMessage email =
                read(multipart("mixed", "m", TEXT, forwarded), content).email();
        assertBodies(email, "plain words", "null");
        assertThat(email.subject()).isEqualTo("tree");
        assertThat(email.attachments()).hasSize(1);
        assertThat(email.attachments().get(0).kind()).isEqualTo(Attachment.Kind.ITEM);
        assertThat(email.attachments().get(0).contentType()).isEqualTo("message/rfc822");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void anInvitationIsAttachedBesideTheBodies(String content) throws Exception {
        String invitation =
                part("Content-Type: text/calendar; charset=utf-8; method=REQUEST; name=invite.ics", "BEGIN:VCALENDAR");
        Read read = read(multipart("alternative", "a", TEXT, HTML, invitation), content);
        assertBodies(read.email(), "plain words", "<p>marked words</p>");
        assertThat(read.email().attachments()).hasSize(1);
        assertAttachment(read.email().attachments().get(0), "invite.ics", "text/calendar", false);
        assertThat(read.contents()).containsExactly("BEGIN:VCALENDAR");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void winmailDatStaysAnAttachment(String content) throws Exception {
        String tnef = part(
                "Content-Type: application/ms-tnef; name=winmail.dat\n"
                        + "Content-Disposition: attachment; filename=winmail.dat\nContent-Transfer-Encoding: base64",
                "eJ8+Ig==");
        EmailMessage email = read(multipart("mixed", "m", TEXT, tnef), content).email();
        assertBodies(email, "plain words", "null");
        assertThat(email.attachments()).hasSize(1);
        assertAttachment(email.attachments().get(0), "winmail.dat", "application/ms-tnef", false);
        assertThat(email.attachments().get(0).kind()).isEqualTo(Attachment.Kind.FILE);
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void headersOfListsAndThreadsAreKept(String content) throws Exception {
        String headers = "Message-ID: <3@example>\nIn-Reply-To: <2@example>\nReferences: <1@example>\n <2@example>\n"
                + "List-Id: Friends <friends.example.com>\nList-Unsubscribe: <mailto:leave@example.com>,\n"
                + " <https://example.com/leave>\nList-Unsubscribe-Post: List-Unsubscribe=One-Click\n"
                + "Received: from a\nReceived: from b\n";
        EmailMessage email = read(headers + TEXT, content).email();
        assertThat(email.headers())
                .containsEntry("List-Id", "Friends <friends.example.com>")
                .containsEntry("List-Unsubscribe", "<mailto:leave@example.com>, <https://example.com/leave>")
                .containsEntry("List-Unsubscribe-Post", "List-Unsubscribe=One-Click")
                .containsEntry("Received", "from a\nfrom b");
        assertThat(email.internetMessageId()).isEqualTo("<3@example>");
        assertThat(email.inReplyTo()).isEqualTo("<2@example>");
        assertThat(email.references()).containsExactly("<1@example>", "<2@example>");
        assertThat(email.threadId()).isEqualTo("00000000000000aa");
        assertThat(email.revision()).as("the history id").matches("\\d+");
    }

    @ParameterizedTest
    @ValueSource(strings = {"full", "raw"})
    void wordsInOldCharsetsAreReadable(String content) throws Exception {
        String mime = "Subject: =?iso-8859-1?Q?Gr=FC=DFe?= =?utf-8?B?4oKs?=\n"
                + "Content-Type: text/plain; charset=iso-8859-15\nContent-Transfer-Encoding: quoted-printable\n\nf=FCnf =A4\n";
        EmailMessage email = read(mime.replace("Subject: tree\n", ""), content).email();
        assertBodies(email, "f\u00fcnf \u20ac", "null");
        assertThat(email.headers().get("Subject")).contains("Gr\u00fc\u00dfe\u20ac");
    }
}
