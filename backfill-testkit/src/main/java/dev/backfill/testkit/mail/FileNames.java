package dev.backfill.testkit.mail;

import java.nio.charset.StandardCharsets;
import java.util.Base64;

/** Writes a file name as a parameter in the three ways senders use. */
final class FileNames {
    private static final int SECTION = 40;

    private FileNames() {}

    static String parameter(String name, Draft.NameStyle style) {
        return switch (style) {
            case PLAIN -> "; filename=\"" + name + "\"";
            case RFC_2231 -> rfc2231(name);
            case RFC_2047 ->
                ";\r\n filename=\"=?utf-8?B?"
                        + Base64.getEncoder().encodeToString(name.getBytes(StandardCharsets.UTF_8)) + "?=\"";
        };
    }

    private static String rfc2231(String name) {
        StringBuilder encoded = new StringBuilder();
        for (byte b : name.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            boolean plain = c < 128 && (Character.isLetterOrDigit(c) || c == '.' || c == '-');
            encoded.append(plain ? String.valueOf(c) : String.format("%%%02X", (int) c));
        }
        if (encoded.length() <= SECTION) {
            return "; filename*=utf-8''" + encoded;
        }
        StringBuilder sections = new StringBuilder();
        int number = 0;
        int from = 0;
        while (from < encoded.length()) {
            int to = Math.min(encoded.length(), from + SECTION);
            while (to < encoded.length() && (encoded.charAt(to - 1) == '%' || encoded.charAt(to - 2) == '%')) {
                // A sign and its digits stay together.
                to--;
            }
            sections.append(";\r\n filename*").append(number).append("*=").append(number == 0 ? "utf-8''" : "");
            sections.append(encoded, from, to);
            number++;
            from = to;
        }
        return sections.toString();
    }
}
