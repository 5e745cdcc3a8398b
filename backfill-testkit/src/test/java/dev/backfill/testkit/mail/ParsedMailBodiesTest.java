package dev.backfill.testkit.mail;

import static dev.backfill.testkit.mail.Samples.bytes;
import static dev.backfill.testkit.mail.Samples.mail;
import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ParsedMailBodiesTest {
    @Test
    void alternativeGivesTextAndHtml() {
        ParsedMail mail = mail(
                "Content-Type: multipart/alternative; boundary=\"b 1\"",
                "",
                "preamble",
                "--b 1",
                "Content-Type: text/plain",
                "",
                "text",
                "--b 1",
                "Content-Type: text/html",
                "",
                "<p>html</p>",
                "--b 1--",
                "epilogue");
        assertThat(mail.textBody()).isEqualTo("text");
        assertThat(mail.htmlBody()).isEqualTo("<p>html</p>");
        assertThat(mail.attachments()).isEmpty();
        assertThat(mail.root().children()).hasSize(2);
    }

    @Test
    void inlineTextsAreJoinedAndAttachedTextIsNot() {
        ParsedMail mail = mail(
                "Content-Type: multipart/mixed; boundary=b",
                "",
                "--b",
                "",
                "first",
                "--b",
                "Content-Type: text/plain",
                "Content-Disposition: inline",
                "",
                "second",
                "--b",
                "Content-Type: text/plain; name=log.txt",
                "Content-Disposition: attachment",
                "",
                "attached",
                "--b--");
        assertThat(mail.textBody()).isEqualTo("first\nsecond");
        assertThat(mail.attachments()).singleElement().satisfies(file -> {
            assertThat(file.name()).isEqualTo("log.txt");
            assertThat(file.content().text(StandardCharsets.US_ASCII)).isEqualTo("attached");
            assertThat(file.inline()).isFalse();
        });
    }

    @Test
    void laterTextWithAFileNameIsAttached() {
        ParsedMail mail = twoTexts("multipart/mixed", "Content-Type: text/plain; name=log.txt");
        assertThat(mail.textBody()).isEqualTo("first");
        assertThat(mail.attachments()).extracting(MailAttachment::name).containsExactly("log.txt");
    }

    @Test
    void laterTextInARelatedIsAttached() {
        ParsedMail mail = twoTexts("multipart/related", "Content-Type: text/plain");
        assertThat(mail.textBody()).isEqualTo("first");
        assertThat(mail.attachments()).hasSize(1);
    }

    @Test
    void textMarkedAsAttachmentIsAttachedEvenWithoutAName() {
        ParsedMail mail = twoTexts("multipart/mixed", "Content-Disposition: attachment");
        assertThat(mail.textBody()).isEqualTo("first");
        assertThat(mail.attachments()).hasSize(1);
    }

    private static ParsedMail twoTexts(String container, String secondHeader) {
        return mail(
                "Content-Type: " + container + "; boundary=b",
                "",
                "--b",
                "",
                "first",
                "--b",
                secondHeader,
                "",
                "second",
                "--b--");
    }

    @Test
    void relatedGivesHtmlAndInlinePicture() {
        ParsedMail mail = mail(
                "Content-Type: multipart/related; boundary=b",
                "",
                "--b",
                "Content-Type: text/html",
                "",
                "<img src=cid:1@a>",
                "--b",
                "Content-Type: image/png",
                "Content-ID: <1@a>",
                "Content-Transfer-Encoding: base64",
                "",
                "iVBORw==",
                "--b--");
        assertThat(mail.htmlBody()).isEqualTo("<img src=cid:1@a>");
        assertThat(mail.attachments()).singleElement().satisfies(picture -> {
            assertThat(picture.inline()).isTrue();
            assertThat(picture.contentId()).isEqualTo("1@a");
            assertThat(picture.contentType()).isEqualTo("image/png");
            assertThat(picture.content().toByteArray()).containsExactly(0x89, 'P', 'N', 'G');
        });
    }

    @ParameterizedTest
    @CsvSource({
        "multipart/signed, application/pgp-signature",
        "multipart/report, message/delivery-status",
        "multipart/appledouble, application/applefile",
        "multipart/alternative, text/calendar",
        "multipart/x-unheard-of, text/x-diff"
    })
    void secondPartOfAnotherKindIsAnAttachment(String container, String second) {
        ParsedMail mail = mail(
                "Content-Type: " + container + "; boundary=b",
                "",
                "--b",
                "",
                "text",
                "--b",
                "Content-Type: " + second,
                "",
                "something",
                "--b--");
        assertThat(mail.textBody()).isEqualTo("text");
        assertThat(mail.attachments()).extracting(MailAttachment::contentType).containsExactly(second);
    }

    @Test
    void digestHoldsMessages() {
        ParsedMail mail = mail(
                "Content-Type: multipart/digest; boundary=b",
                "",
                "--b",
                "",
                "Subject: one",
                "",
                "first",
                "--b",
                "",
                "Subject: two",
                "",
                "second",
                "--b--");
        assertThat(mail.attachments()).hasSize(2).allMatch(MailAttachment::isMessage);
        assertThat(ParsedMail.parse(mail.attachments().get(1).content()).subject())
                .isEqualTo("two");
        assertThat(mail.textBody()).isNull();
    }

    @Test
    void innerMessageIsOneAttachmentWithItsMime() {
        ParsedMail mail = mail(
                "Content-Type: multipart/mixed; boundary=b",
                "",
                "--b",
                "",
                "see below",
                "--b",
                "Content-Type: message/rfc822",
                "Content-Transfer-Encoding: base64",
                "Content-Disposition: attachment; filename=inner.eml",
                "",
                "U3ViamVjdDogaW5uZXINCg0KdGV4dA==",
                "--b--");
        MailAttachment inner = mail.attachments().get(0);
        assertThat(inner.name()).isEqualTo("inner.eml");
        assertThat(inner.content().text(StandardCharsets.US_ASCII)).isEqualTo("Subject: inner\r\n\r\ntext");
        assertThat(mail.textBody()).isEqualTo("see below");
    }

    @ParameterizedTest
    @ValueSource(strings = {"base64", "BASE64", "base64;", " base64 ", "base-64"})
    void base64IsUndone(String encoding) {
        assertThat(mail("Content-Transfer-Encoding: " + encoding, "", "aGVs", "bG8=")
                        .textBody())
                .isEqualTo("hello");
    }

    @Test
    void brokenBase64GivesWhatItHolds() {
        assertThat(mail("Content-Transfer-Encoding: base64", "", "aGV*s!bG", "8=garbage")
                        .textBody())
                .startsWith("hello");
        assertThat(mail("Content-Transfer-Encoding: base64", "", "aGVsbG8").textBody())
                .startsWith("hell");
    }

    @Test
    void quotedPrintableIsUndoneAndBrokenEscapesStay() {
        assertThat(mail(
                                "Content-Transfer-Encoding: quoted-printable",
                                "Content-Type: text/plain; charset=utf-8",
                                "",
                                "caf=C3=A9 =",
                                "go=on =ZZ 100=")
                        .textBody())
                .startsWith("café go=on =ZZ 100");
    }

    @Test
    void uuencodeIsUndone() {
        assertThat(mail("Content-Transfer-Encoding: x-uuencode", "", "begin 644 a.txt", "%:&5L;&\\", "`", "end")
                        .textBody())
                .isEqualTo("hello");
    }

    @ParameterizedTest
    @CsvSource({
        "utf-8, Grüße ✓",
        "iso-8859-1, Grüße",
        "windows-1252, „Grüße“ 5€",
        "iso-8859-15, 5€",
        "koi8-r, Отчёт",
        "windows-1251, Отчёт",
        "iso-2022-jp, 会議",
        "shift_jis, 会議",
        "euc-jp, 会議",
        "gb2312, 会议",
        "gbk, 會議",
        "big5, 會議",
        "euc-kr, 회의"
    })
    void textIsDecodedByItsCharset(String charset, String text) {
        ParsedMail mail = ParsedMail.parse(
                bytes(Charset.forName(charset), "Content-Type: text/plain; charset=\"" + charset + "\"", "", text));
        assertThat(mail.textBody()).isEqualTo(text);
    }

    @Test
    void contentTypeThatIsNonsenseIsText() {
        assertThat(mail("Content-Type: text", "", "body").textBody()).isEqualTo("body");
        assertThat(mail("Content-Type: ;;;", "", "body").textBody()).isEqualTo("body");
        assertThat(mail("Content-Type: multipart/mixed", "", "body").textBody()).isEqualTo("body");
    }

    @Test
    void contentTypeWithoutSemicolonIsRead() {
        assertThat(mail("Content-Type: text/html charset=utf-8", "", "<p>").htmlBody())
                .isEqualTo("<p>");
    }

    @Test
    void boundaryThatNeverComesLeavesTheTextReadable() {
        ParsedMail mail = mail("Content-Type: multipart/mixed; boundary=b", "", "all there is");
        assertThat(mail.textBody()).isEqualTo("all there is");
    }

    @Test
    void missingEndAndCutMailAreRead() {
        ParsedMail mail = mail(
                "Content-Type: multipart/mixed; boundary=b",
                "",
                "--b",
                "",
                "text",
                "--b",
                "Content-Type: application/pdf; name=a.pdf",
                "Content-Transfer-Encoding: base64",
                "",
                "JVBERi0");
        assertThat(mail.textBody()).isEqualTo("text");
        assertThat(mail.attachments())
                .singleElement()
                .satisfies(file -> assertThat(file.content().text(StandardCharsets.US_ASCII))
                        .startsWith("%PDF"));
    }

    @Test
    void doubledBoundaryIsNoPart() {
        ParsedMail mail = mail(
                "Content-Type: multipart/mixed; boundary=b", "", "--b", "--b", "", "text", "--b", "", "more", "--b--");
        assertThat(mail.textBody()).isEqualTo("text\nmore");
    }

    @Test
    void innerBoundaryThatBeginsLikeTheOuterIsToldApart() {
        ParsedMail mail = mail(
                "Content-Type: multipart/mixed; boundary=b",
                "",
                "--b",
                "Content-Type: multipart/alternative; boundary=b1",
                "",
                "--b1",
                "",
                "text",
                "--b1",
                "Content-Type: text/html",
                "",
                "<p>",
                "--b1--",
                "--b",
                "Content-Type: image/gif",
                "",
                "GIF",
                "--b--");
        assertThat(mail.textBody()).isEqualTo("text");
        assertThat(mail.htmlBody()).isEqualTo("<p>");
        assertThat(mail.attachments()).hasSize(1);
    }

    @Test
    void veryLongBoundaryWorks() {
        String boundary = "x".repeat(9_000);
        ParsedMail mail = mail(
                "Content-Type: multipart/mixed; boundary=" + boundary,
                "",
                "--" + boundary,
                "",
                "t",
                "--" + boundary + "--");
        assertThat(mail.textBody()).isEqualTo("t");
        assertThat(mail.failure()).isEmpty();
    }

    @Test
    void multipartsNestedBeyondReasonAreKeptWhole() {
        StringBuilder mime = new StringBuilder();
        for (int i = 0; i < 2_000; i++) {
            String boundary = "b" + i + "e";
            mime.append("Content-Type: multipart/mixed; boundary=").append(boundary);
            mime.append("\r\n\r\n--").append(boundary).append("\r\n");
        }
        mime.append("\r\ninnermost");
        ParsedMail mail = ParsedMail.parse(MailBytes.utf8(mime.toString()));
        assertThat(mail.attachments())
                .singleElement()
                .satisfies(rest -> assertThat(rest.content().text(StandardCharsets.US_ASCII))
                        .endsWith("innermost"));
    }

    @Test
    void tooManyPartsAreATypedFailureWithTheHeadersRead() {
        ParsedMail mail = mail(
                "Subject: bomb", "Content-Type: multipart/mixed; boundary=b", "", "--b\r\n\r\n.\r\n".repeat(10_100));
        assertThat(mail.failure()).contains(ParseFailure.TOO_MANY_PARTS);
        assertThat(mail.subject()).isEqualTo("bomb");
        assertThat(mail.textBody()).startsWith("--b");
    }

    @Test
    void textOfAnyKindIsTheBodyOfASinglePartMessage() {
        assertThat(mail("Content-Type: text/enriched", "", "<bold>x</bold>").textBody())
                .isEqualTo("<bold>x</bold>");
        assertThat(mail("Content-Type: text/plain", "Content-Disposition: attachment; filename=a.txt", "", "x")
                        .textBody())
                .isNull();
    }

    @Test
    void partTreeKeepsTypesParametersAndOrder() {
        ParsedPart root = mail(
                        "Content-Type: Multipart/Mixed; Boundary=b; Type=\"x\"",
                        "",
                        "--b",
                        "Content-Type: TEXT/Plain; Charset=UTF-8; Format=Flowed",
                        "Content-Disposition: INLINE",
                        "",
                        "text",
                        "--b--")
                .root();
        assertThat(root.contentType()).isEqualTo("multipart/mixed");
        assertThat(root.isMultipart()).isTrue();
        assertThat(root.parameters()).containsEntry("boundary", "b").containsEntry("type", "x");
        ParsedPart text = root.children().get(0);
        assertThat(text.contentType()).isEqualTo("text/plain");
        assertThat(text.parameters()).containsEntry("charset", "UTF-8").containsEntry("format", "Flowed");
        assertThat(text.disposition()).isEqualTo("inline");
        assertThat(text.header("content-disposition")).isPresent();
        assertThat(text.text()).isEqualTo("text");
    }
}
