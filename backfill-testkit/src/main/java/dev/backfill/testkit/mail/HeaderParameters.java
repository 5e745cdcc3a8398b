package dev.backfill.testkit.mail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The value and the parameters of a Content-Type or Content-Disposition header, decoded by RFC 2231 (charset, percent
 * signs, continuations in any order) and, as mail clients do, by RFC 2047.
 */
final class HeaderParameters {
    private static final int MAX_SECTIONS = 1_000;

    private final String text;
    private int position;
    private final Map<String, String> plain = new LinkedHashMap<>();
    private final Map<String, TreeMap<Integer, Section>> sections = new LinkedHashMap<>();

    private HeaderParameters(String text) {
        this.text = text;
    }

    /**
     * Reads the parameters behind the first semicolon.
     *
     * @param raw the header's value on one line
     * @return the decoded values by lower-case name, in order; unmodifiable
     */
    static Map<String, String> parse(String raw) {
        int semicolon = raw.indexOf(';');
        if (semicolon < 0) {
            return Map.of();
        }
        HeaderParameters parser = new HeaderParameters(raw);
        parser.position = semicolon + 1;
        return parser.run();
    }

    /**
     * Gives what stands before the parameters.
     *
     * @param raw the header's value on one line
     * @return the first word, in lower case
     */
    static String value(String raw) {
        int end = 0;
        while (end < raw.length() && raw.charAt(end) > ' ' && ";,(\"".indexOf(raw.charAt(end)) < 0) {
            end++;
        }
        return raw.substring(0, end).toLowerCase(Locale.ROOT);
    }

    private Map<String, String> run() {
        while (position < text.length()) {
            int equals = text.indexOf('=', position);
            int semicolon = text.indexOf(';', position);
            if (equals < 0) {
                break;
            }
            if (semicolon >= 0 && semicolon < equals) {
                position = semicolon + 1;
                continue;
            }
            String name = text.substring(position, equals).strip().toLowerCase(Locale.ROOT);
            position = equals + 1;
            put(name, readValue(name));
        }
        Map<String, String> decoded = new LinkedHashMap<>();
        plain.forEach((name, value) -> decoded.put(name, HeaderText.shown(value)));
        sections.forEach((name, numbered) -> decoded.put(name, join(numbered)));
        return Collections.unmodifiableMap(decoded);
    }

    private String readValue(String name) {
        while (position < text.length() && text.charAt(position) == ' ') {
            position++;
        }
        if (position < text.length() && text.charAt(position) == '"') {
            return readQuoted();
        }
        int semicolon = text.indexOf(';', position);
        int end = semicolon < 0 ? text.length() : semicolon;
        String value = text.substring(position, end).strip();
        position = end + 1;
        boolean mayHoldBlanks = name.startsWith("name") || name.startsWith("filename") || value.startsWith("=?");
        int blank = value.indexOf(' ');
        return blank > 0 && !mayHoldBlanks ? value.substring(0, blank) : value;
    }

    private String readQuoted() {
        StringBuilder value = new StringBuilder();
        int i = position + 1;
        while (i < text.length() && text.charAt(i) != '"') {
            boolean escaped =
                    text.charAt(i) == '\\' && i + 1 < text.length() && "\"\\".indexOf(text.charAt(i + 1)) >= 0;
            value.append(text.charAt(escaped ? i + 1 : i));
            i += escaped ? 2 : 1;
        }
        int semicolon = text.indexOf(';', i);
        position = semicolon < 0 ? text.length() : semicolon + 1;
        return value.toString();
    }

    private void put(String name, String value) {
        int star = name.indexOf('*');
        if (star < 0) {
            plain.putIfAbsent(name, value);
            return;
        }
        String rest = name.substring(star + 1);
        boolean encoded = rest.isEmpty() || rest.endsWith("*");
        String digits = rest.replace("*", "");
        int number = digits.isEmpty() ? 0 : number(digits);
        if (number >= 0) {
            sections.computeIfAbsent(name.substring(0, star), ignored -> new TreeMap<>())
                    .putIfAbsent(number, new Section(value, encoded));
        }
    }

    private static int number(String digits) {
        boolean valid = digits.length() <= 3 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
        return valid ? Math.min(MAX_SECTIONS, Integer.parseInt(digits)) : -1;
    }

    private static String join(SortedMap<Integer, Section> numbered) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String charset = null;
        boolean first = true;
        for (Section section : numbered.values()) {
            String value = section.value;
            if (first && section.encoded) {
                int charsetEnd = value.indexOf('\'');
                int languageEnd = charsetEnd < 0 ? -1 : value.indexOf('\'', charsetEnd + 1);
                if (languageEnd >= 0) {
                    charset = value.substring(0, charsetEnd);
                    value = value.substring(languageEnd + 1);
                }
            }
            first = false;
            bytes.writeBytes(section.encoded ? percentDecoded(value) : value.getBytes(StandardCharsets.UTF_8));
        }
        return shown(bytes.toByteArray(), charset);
    }

    private static String shown(byte[] bytes, @Nullable String charset) {
        return HeaderText.shown(HeaderText.raw(
                TextDecoder.decode(bytes, charset).getBytes(StandardCharsets.UTF_8), StandardCharsets.UTF_8));
    }

    private static byte[] percentDecoded(String value) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(value.length());
        int literalFrom = 0;
        for (int at = value.indexOf('%'); at >= 0; at = value.indexOf('%', at + 1)) {
            int octet = EncodedWords.octet(value, at + 1);
            if (octet >= 0) {
                bytes.writeBytes(value.substring(literalFrom, at).getBytes(StandardCharsets.UTF_8));
                bytes.write(octet);
                literalFrom = at + 3;
            }
        }
        bytes.writeBytes(value.substring(literalFrom).getBytes(StandardCharsets.UTF_8));
        return bytes.toByteArray();
    }

    /** One numbered piece of a parameter. */
    private static final class Section {
        private final String value;
        private final boolean encoded;

        private Section(String value, boolean encoded) {
            this.value = value;
            this.encoded = encoded;
        }
    }
}
