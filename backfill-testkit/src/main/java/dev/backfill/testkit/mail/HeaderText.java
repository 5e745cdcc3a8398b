package dev.backfill.testkit.mail;

import java.nio.charset.Charset;

/** Turns the bytes of a header field's value into one line of text. */
final class HeaderText {
    private HeaderText() {}

    /**
     * Unfolds and decodes the bytes; encoded words stay.
     *
     * @param bytes the value with its folds
     * @param fallback the charset of 8-bit bytes that are not UTF-8
     * @return the value on one line, trimmed, a tab as a blank
     */
    static String raw(byte[] bytes, Charset fallback) {
        return oneLine(TextDecoder.decode(bytes, null, fallback));
    }

    /**
     * Decodes the encoded words of a raw value.
     *
     * @param raw what {@link #raw} gave
     * @return the text a mail client shows, on one line (an encoded line end must not break it)
     */
    static String shown(String raw) {
        return raw.contains("=?")
                ? EncodedWords.decode(raw).replaceAll("\\s*[\\r\\n]+\\s*", " ").strip()
                : raw;
    }

    private static String oneLine(String text) {
        if (text.indexOf('\n') < 0 && text.indexOf('\r') < 0 && text.indexOf('\t') < 0) {
            return text.strip();
        }
        StringBuilder line = new StringBuilder(text.length());
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '\r' && c != '\n') {
                line.append(c == '\t' ? ' ' : c);
            }
        }
        return line.toString().strip();
    }
}
