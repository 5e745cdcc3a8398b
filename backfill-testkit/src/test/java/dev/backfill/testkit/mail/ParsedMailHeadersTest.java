package dev.backfill.testkit.mail;

import static dev.backfill.testkit.mail.Samples.bytes;
import static dev.backfill.testkit.mail.Samples.mail;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.model.EmailAddress;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class ParsedMailHeadersTest {
    @Test
    void everyHeaderFieldIsRead() {
        ParsedMail mail = mail(
                "From: Ada <ada@a.example>",
                "Sender: Bot <bot@a.example>",
                "To: b@b.example",
                "To: c@c.example",
                "Cc: d@d.example",
                "Bcc: e@e.example",
                "Reply-To: f@f.example, g@g.example",
                "Subject: Hello",
                "Date: Wed, 12 Jun 2002 13:45:09 +0200",
                "Message-ID: <1@a.example>",
                "In-Reply-To: <0@a.example>",
                "References: <x@a.example>",
                "\t<0@a.example>",
                "",
                "body");

        assertThat(mail.from()).containsExactly(new EmailAddress("Ada", "ada@a.example"));
        assertThat(mail.sender()).contains(new EmailAddress("Bot", "bot@a.example"));
        assertThat(mail.to()).extracting(EmailAddress::address).containsExactly("b@b.example", "c@c.example");
        assertThat(mail.cc()).extracting(EmailAddress::address).containsExactly("d@d.example");
        assertThat(mail.bcc()).extracting(EmailAddress::address).containsExactly("e@e.example");
        assertThat(mail.replyTo()).extracting(EmailAddress::address).containsExactly("f@f.example", "g@g.example");
        assertThat(mail.subject()).isEqualTo("Hello");
        assertThat(mail.date()).contains(Instant.parse("2002-06-12T11:45:09Z"));
        assertThat(mail.messageId()).isEqualTo("<1@a.example>");
        assertThat(mail.inReplyTo()).isEqualTo("<0@a.example>");
        assertThat(mail.references()).containsExactly("<x@a.example>", "<0@a.example>");
        assertThat(mail.headers()).extracting(MailHeader::name).startsWith("From", "Sender", "To", "To");
    }

    @Test
    void foldedHeaderIsOneLineAndKeepsRawAndDecodedValue() {
        ParsedMail mail = mail("Subject: one", "\t=?utf-8?Q?zw=C3=B6lf?=", "  three", "", "");

        MailHeader subject = mail.header("subject").orElseThrow();
        assertThat(subject.raw()).isEqualTo("one =?utf-8?Q?zw=C3=B6lf?=  three");
        assertThat(subject.value()).isEqualTo("one zwölf  three");
    }

    @Test
    void encodedLineEndDoesNotBreakTheLine() {
        assertThat(mail("Subject: =?utf-8?Q?a=0D=0ABcc:_x?=", "", "").subject()).isEqualTo("a Bcc: x");
    }

    @Test
    void rawUtf8HeaderIsRead() {
        ParsedMail mail = ParsedMail.parse(
                bytes(StandardCharsets.UTF_8, "Subject: Grüße ✓", "From: Jörg <jörg@müller.example>", "", ""));
        assertThat(mail.subject()).isEqualTo("Grüße ✓");
        assertThat(mail.from()).containsExactly(new EmailAddress("Jörg", "jörg@müller.example"));
    }

    @Test
    void rawEightBitHeaderIsReadInTheCharsetOfTheText() {
        Charset koi8 = Charset.forName("KOI8-R");
        ParsedMail mail = ParsedMail.parse(
                bytes(koi8, "Subject: Отчёт", "Content-Type: text/plain; charset=koi8-r", "", "текст"));
        assertThat(mail.subject()).isEqualTo("Отчёт");
        assertThat(mail.textBody()).isEqualTo("текст");
    }

    @Test
    void rawEightBitHeaderOfAMultipartIsReadInTheCharsetOfItsFirstText() {
        Charset koi8 = Charset.forName("KOI8-R");
        ParsedMail mail = ParsedMail.parse(bytes(
                koi8,
                "Subject: Отчёт",
                "Content-Type: multipart/mixed; boundary=b",
                "",
                "--b",
                "Content-Type: text/plain; charset=koi8-r",
                "",
                "текст",
                "--b--"));
        assertThat(mail.subject()).isEqualTo("Отчёт");
    }

    @Test
    void rawEightBitHeaderWithoutAnyHintIsWindows1252() {
        assertThat(mail("Subject: caf\u00e9 5\u0080", "", "").subject()).isEqualTo("café 5€");
    }

    @Test
    void firstOfTwoSubjectsCounts() {
        assertThat(mail("Subject: first", "Subject: second", "", "").subject()).isEqualTo("first");
    }

    @Test
    void blankBeforeTheColonIsBorne() {
        assertThat(mail("Subject : spaced", "", "").subject()).isEqualTo("spaced");
    }

    @Test
    void badHeaderLineIsSkipped() {
        ParsedMail mail = mail("Subject: kept", "this is no header", "X-Next: kept too", "", "body");
        assertThat(mail.headers()).extracting(MailHeader::name).containsExactly("Subject", "X-Next");
        assertThat(mail.textBody()).isEqualTo("body");
    }

    @Test
    void bodyWithoutBlankLineBeforeItIsKept() {
        ParsedMail mail = mail("Subject: kept", "this is the body", "and more of it", "", "the end");
        assertThat(mail.subject()).isEqualTo("kept");
        assertThat(mail.textBody()).isEqualTo("this is the body\r\nand more of it\r\n\r\nthe end");
    }

    @Test
    void messageWithoutHeadersIsAllBody() {
        ParsedMail mail = mail("This is a message without headers.", "All of it is body.");
        assertThat(mail.headers()).isEmpty();
        assertThat(mail.textBody()).isEqualTo("This is a message without headers.\r\nAll of it is body.");
    }

    @Test
    void mboxLineAboveTheHeadersIsDropped() {
        ParsedMail mail = mail("From ada@a.example Wed Jun 12 13:45:09 2002", "Subject: kept", "", "body");
        assertThat(mail.headers()).extracting(MailHeader::name).containsExactly("Subject");
        assertThat(mail.textBody()).isEqualTo("body");
    }

    @Test
    void blankLinesAboveTheHeadersAreDropped() {
        assertThat(mail("", "", "Subject: kept", "", "body").subject()).isEqualTo("kept");
    }

    @Test
    void emptyMailIsEmpty() {
        ParsedMail mail = ParsedMail.parse(MailBytes.EMPTY);
        assertThat(mail.headers()).isEmpty();
        assertThat(mail.subject()).isEmpty();
        assertThat(mail.from()).isEmpty();
        assertThat(mail.date()).isEmpty();
        assertThat(mail.messageId()).isEmpty();
        assertThat(mail.references()).isEmpty();
        assertThat(mail.textBody()).isEmpty();
        assertThat(mail.htmlBody()).isNull();
        assertThat(mail.attachments()).isEmpty();
    }

    @Test
    void headersAloneAreRead() {
        ParsedMail mail = mail("Subject: alone");
        assertThat(mail.subject()).isEqualTo("alone");
        assertThat(mail.textBody()).isEmpty();
    }

    @Test
    void lineFeedsAloneWork() {
        ParsedMail mail = ParsedMail.parse(MailBytes.utf8(
                "Subject: a\n b\nContent-Type: multipart/mixed; boundary=x\n\n--x\n\none\n--x\n\ntwo\n--x--\n"));
        assertThat(mail.subject()).isEqualTo("a b");
        assertThat(mail.textBody()).isEqualTo("one\ntwo");
    }

    @Test
    void referencesWithoutBracketsAreWords() {
        assertThat(mail("References: 1@a.example 2@a.example", "", "").references())
                .containsExactly("1@a.example", "2@a.example");
    }

    @Test
    void nothingOfAMessageShowsInItsText() {
        ParsedMail mail = mail("Subject: secret", "From: secret@a.example", "", "secret");
        assertThat(mail.toString() + mail.root() + mail.headers() + mail.from()).doesNotContain("secret");
    }
}
