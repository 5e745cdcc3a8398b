package dev.backfill.testkit.mail;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;

/** Small messages for tests. */
final class Samples {
    private Samples() {}

    /** Joins lines by CRLF, each character a byte. */
    static MailBytes bytes(String... lines) {
        return bytes(StandardCharsets.ISO_8859_1, lines);
    }

    static MailBytes bytes(Charset charset, String... lines) {
        return MailBytes.copyOf(String.join("\r\n", lines).getBytes(charset));
    }

    static ParsedMail mail(String... lines) {
        return ParsedMail.parse(bytes(lines));
    }

    static String lineFeeds(String text) {
        return text.replace("\r\n", "\n");
    }
}
