package dev.backfill.testkit.mail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Decodes the encoded words of RFC 2047 as mail clients do: anywhere in a header, neighbours of one charset joined as bytes
 * first (senders split multi-byte characters), blanks between two of them dropped, and what is no encoded word left alone.
 */
final class EncodedWords {
    private final String source;
    private final StringBuilder text;
    private final ByteArrayOutputStream pending = new ByteArrayOutputStream();
    private String pendingCharset = "";

    private EncodedWords(String source) {
        this.source = source;
        this.text = new StringBuilder(source.length());
    }

    static String decode(String source) {
        return source.contains("=?") ? new EncodedWords(source).run() : source;
    }

    private String run() {
        int literalFrom = 0;
        boolean afterWord = false;
        int start = source.indexOf("=?");
        while (start >= 0) {
            Word word = wordAt(start);
            if (word == null) {
                start = source.indexOf("=?", start + 1);
                continue;
            }
            String gap = source.substring(literalFrom, start);
            if (!afterWord || !gap.isBlank()) {
                flush();
                text.append(gap);
            }
            add(word);
            afterWord = true;
            literalFrom = word.end;
            start = source.indexOf("=?", literalFrom);
        }
        flush();
        return text.append(source, literalFrom, source.length()).toString();
    }

    private void add(Word word) {
        if (!word.charset.equalsIgnoreCase(pendingCharset)) {
            flush();
            pendingCharset = word.charset;
        }
        pending.writeBytes(word.bytes);
    }

    private void flush() {
        if (pending.size() > 0) {
            text.append(TextDecoder.decode(pending.toByteArray(), pendingCharset));
            pending.reset();
        }
    }

    private @Nullable Word wordAt(int start) {
        int charsetEnd = source.indexOf('?', start + 2);
        if (charsetEnd <= start + 2 || charsetEnd + 2 >= source.length() || source.charAt(charsetEnd + 2) != '?') {
            return null;
        }
        String charset = source.substring(start + 2, charsetEnd);
        if (charset.chars().anyMatch(c -> c <= ' ')) {
            return null;
        }
        int language = charset.indexOf('*');
        int textFrom = charsetEnd + 3;
        int textTo = source.indexOf("?=", textFrom);
        if (textTo < 0) {
            return null;
        }
        String label = language > 0 ? charset.substring(0, language) : charset;
        String encoded = source.substring(textFrom, textTo);
        char encoding = Character.toUpperCase(source.charAt(charsetEnd + 1));
        if (encoding == 'B') {
            return new Word(label, LenientBase64.decode(encoded), textTo + 2);
        }
        return encoding == 'Q' ? new Word(label, quoted(encoded, label), textTo + 2) : null;
    }

    private static byte[] quoted(String encoded, String label) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            int octet = c == '=' ? octet(encoded, i + 1) : -1;
            if (octet >= 0) {
                bytes.write(octet);
                i += 2;
            } else if (c == '_') {
                bytes.write(' ');
            } else if (c < 128) {
                bytes.write(c);
            } else {
                Charset charset =
                        CharsetLookup.find(label).filter(Charset::canEncode).orElse(StandardCharsets.UTF_8);
                bytes.writeBytes(String.valueOf(c).getBytes(charset));
            }
        }
        return bytes.toByteArray();
    }

    /** Reads two hexadecimal digits; -1 when they are none. */
    static int octet(String text, int at) {
        if (at + 1 >= text.length()) {
            return -1;
        }
        int high = Character.digit(text.charAt(at), 16);
        int low = Character.digit(text.charAt(at + 1), 16);
        return high < 0 || low < 0 || text.charAt(at) > 127 || text.charAt(at + 1) > 127 ? -1 : high * 16 + low;
    }

    /** One encoded word: its charset label, its bytes, and where it ends in the source. */
    private static final class Word {
        private final String charset;
        private final byte[] bytes;
        private final int end;

        private Word(String charset, byte[] bytes, int end) {
            this.charset = charset;
            this.bytes = bytes;
            this.end = end;
        }
    }
}
