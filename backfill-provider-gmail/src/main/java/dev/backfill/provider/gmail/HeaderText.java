package dev.backfill.provider.gmail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Makes a header's value what a mail client shows: one line, encoded words (RFC 2047) decoded wherever they stand, those of
 * one charset in a row joined as bytes first, since senders cut characters in two.
 *
 * <p>Not mime4j's {@code DecoderUtil}: tried, it got words with a language ({@code utf-8*en}) and base64 without its padding wrong.
 */
final class HeaderText {
    private static final Pattern WORD =
            Pattern.compile("=\\?([^?\\s]+)\\?([BbQq])\\?((?:(?!\\?=).)*)\\?=", Pattern.DOTALL);
    private static final Pattern LINE_ENDS = Pattern.compile("\\s*[\\r\\n]+\\s*");

    private HeaderText() {}

    /** The value on one line, encoded words as they are. */
    static String unfolded(String value) {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            if (c == '\r' || c == '\n' || c == '\t') {
                return value.replace("\r", "")
                        .replace("\n", "")
                        .replace('\t', ' ')
                        .strip();
            }
        }
        return value.strip();
    }

    /** The value as shown. */
    static String shown(String value) {
        String line = unfolded(value);
        return line.contains("=?")
                ? LINE_ENDS.matcher(words(line)).replaceAll(" ").strip()
                : line;
    }

    private static String words(String line) {
        StringBuilder text = new StringBuilder(line.length());
        ByteArrayOutputStream run = new ByteArrayOutputStream();
        String runCharset = "";
        int end = 0;
        boolean first = true;
        Matcher word = WORD.matcher(line);
        while (word.find()) {
            String gap = line.substring(end, word.start());
            boolean neighbour = !first && gap.isBlank();
            String charset = word.group(1).replaceFirst("\\*.*", "");
            if (!neighbour || !charset.equalsIgnoreCase(runCharset)) {
                text.append(Charsets.decode(run.toByteArray(), runCharset)).append(neighbour ? "" : gap);
                run.reset();
                runCharset = charset;
            }
            run.writeBytes(
                    word.group(2).equalsIgnoreCase("B") ? base64(word.group(3)) : quoted(word.group(3), charset));
            end = word.end();
            first = false;
        }
        text.append(Charsets.decode(run.toByteArray(), runCharset));
        return text.append(line, end, line.length()).toString();
    }

    private static byte[] base64(String encoded) {
        Base64Url decoder = new Base64Url(encoded.length());
        decoder.write(encoded.toCharArray(), 0, encoded.length());
        return decoder.bytes();
    }

    private static byte[] quoted(String encoded, String charset) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(encoded.length());
        for (int i = 0; i < encoded.length(); i++) {
            char c = encoded.charAt(i);
            int octet = c == '=' ? hex(encoded, i + 1) : -1;
            if (octet >= 0) {
                bytes.write(octet);
                i += 2;
            } else if (c == '_') {
                bytes.write(' ');
            } else if (c < 128) {
                bytes.write(c);
            } else {
                var named = Charsets.find(charset);
                boolean usable = named != null && named.canEncode();
                bytes.writeBytes(String.valueOf(c).getBytes(usable ? named : StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    /** Two hexadecimal digits as a number; -1 when they are none. */
    static int hex(String text, int at) {
        if (at + 2 > text.length()) {
            return -1;
        }
        try {
            return text.charAt(at) == '+' || text.charAt(at) == '-' ? -1 : Integer.parseInt(text, at, at + 2, 16);
        } catch (NumberFormatException none) {
            return -1;
        }
    }
}
