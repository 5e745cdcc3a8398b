package dev.backfill.provider.gmail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads what stands in structured header fields: a media type's parameters, message ids. */
final class HeaderFields {
    // Possessive, since a choice that is repeated otherwise takes a stack frame a character, and mail can be long.
    private static final Pattern PARAMETER =
            Pattern.compile(";\\s*([^=;\\s]+)\\s*=\\s*(\"((?:[^\"\\\\]++|\\\\.)*+)\"?[^;]*|[^;]*)", Pattern.DOTALL);
    private static final Pattern ESCAPED = Pattern.compile("\\\\([\"\\\\])");
    private static final Pattern CONTINUED = Pattern.compile("([^*]+)\\*(\\d{0,3})(\\*?)");
    private static final Pattern IN_BRACKETS = Pattern.compile("<[^<>]*>");

    private HeaderFields() {}

    /** The first word of a value, in lower case. */
    static String firstWord(String value) {
        String text = value.strip();
        int end = 0;
        while (end < text.length() && text.charAt(end) > ' ' && ";,(\"".indexOf(text.charAt(end)) < 0) {
            end++;
        }
        return text.substring(0, end).toLowerCase(Locale.ROOT);
    }

    /**
     * Reads one parameter, by RFC 2231 (charset, percent signs, continuations) or with encoded words.
     *
     * @param value the header's value
     * @param name the parameter's name in lower case
     * @return the decoded parameter; null when it is not there
     */
    static @Nullable String parameter(String value, String name) {
        if (value.indexOf(';') < 0) {
            return null;
        }
        TreeMap<Integer, String[]> pieces = new TreeMap<>();
        String plain = null;
        Matcher matcher = PARAMETER.matcher(HeaderText.unfolded(value));
        while (matcher.find()) {
            String key = matcher.group(1).toLowerCase(Locale.ROOT);
            String text = matcher.group(3) != null
                    ? ESCAPED.matcher(matcher.group(3)).replaceAll("$1")
                    : matcher.group(2).strip();
            Matcher continued = CONTINUED.matcher(key);
            if (key.equals(name)) {
                plain = plain == null ? text : plain;
            } else if (continued.matches() && continued.group(1).equals(name)) {
                boolean encoded =
                        continued.group(2).isEmpty() || !continued.group(3).isEmpty();
                int number = continued.group(2).isEmpty() ? 0 : Integer.parseInt(continued.group(2));
                pieces.putIfAbsent(number, new String[] {text, encoded ? "encoded" : ""});
            }
        }
        if (!pieces.isEmpty()) {
            return joined(pieces);
        }
        return plain == null ? null : HeaderText.shown(plain);
    }

    private static String joined(Map<Integer, String[]> pieces) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        String charset = null;
        boolean first = true;
        for (String[] piece : pieces.values()) {
            String text = piece[0];
            boolean encoded = !piece[1].isEmpty();
            String[] parts = first && encoded ? text.split("'", 3) : new String[0];
            if (parts.length == 3) {
                charset = parts[0];
                text = parts[2];
            }
            first = false;
            bytes.writeBytes(encoded ? percent(text) : text.getBytes(StandardCharsets.UTF_8));
        }
        return HeaderText.shown(Charsets.decode(bytes.toByteArray(), charset));
    }

    private static byte[] percent(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length());
        for (int i = 0; i < text.length(); i++) {
            int octet = text.charAt(i) == '%' ? HeaderText.hex(text, i + 1) : -1;
            if (octet >= 0) {
                bytes.write(octet);
                i += 2;
            } else {
                bytes.writeBytes(String.valueOf(text.charAt(i)).getBytes(StandardCharsets.UTF_8));
            }
        }
        return bytes.toByteArray();
    }

    /** The message ids of a References header with their brackets, or its words where it has no brackets. */
    static List<String> messageIds(String value) {
        String line = HeaderText.unfolded(value);
        List<String> ids = new ArrayList<>();
        Matcher matcher = IN_BRACKETS.matcher(line);
        while (matcher.find()) {
            ids.add(matcher.group());
        }
        if (ids.isEmpty() && !line.isEmpty()) {
            ids.addAll(List.of(line.split("\\s+")));
        }
        return ids;
    }

    /** The headers by the name they first bear, shown, those of one name joined by a line feed. */
    static Map<String, String> shown(List<GmailPart.Header> headers) {
        Map<String, String> names = new LinkedHashMap<>();
        Map<String, StringBuilder> values = new LinkedHashMap<>();
        for (GmailPart.Header header : headers) {
            String name = names.computeIfAbsent(header.name().toLowerCase(Locale.ROOT), lower -> header.name());
            StringBuilder value = values.get(name);
            if (value == null) {
                values.put(name, new StringBuilder(HeaderText.shown(header.value())));
            } else {
                value.append('\n').append(HeaderText.shown(header.value()));
            }
        }
        Map<String, String> shown = new LinkedHashMap<>();
        values.forEach((name, value) -> shown.put(name, value.toString()));
        return shown;
    }
}
