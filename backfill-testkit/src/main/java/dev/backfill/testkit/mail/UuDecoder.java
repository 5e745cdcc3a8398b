package dev.backfill.testkit.mail;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/** Undoes the transfer encoding that was used before base64, which mime4j does not know. */
final class UuDecoder {
    private static final Set<String> NAMES = Set.of("x-uuencode", "uuencode", "x-uue", "uue");

    private UuDecoder() {}

    static byte[] decodeIfNeeded(byte[] content, String transferEncoding) {
        return NAMES.contains(transferEncoding) ? decode(content) : content;
    }

    private static byte[] decode(byte[] content) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(content.length * 3 / 4);
        boolean inside = false;
        boolean found = false;
        for (String line : new String(content, StandardCharsets.ISO_8859_1).split("\r?\n")) {
            if (!inside && line.startsWith("begin ")) {
                inside = true;
                found = true;
            } else if (inside && line.startsWith("end")) {
                inside = false;
            } else if (inside && !line.isEmpty()) {
                decodeLine(line, out);
            }
        }
        return found ? out.toByteArray() : content;
    }

    private static void decodeLine(String line, ByteArrayOutputStream out) {
        int left = value(line, 0);
        for (int i = 1; left > 0 && i < line.length(); i += 4) {
            int group = value(line, i) << 18 | value(line, i + 1) << 12 | value(line, i + 2) << 6 | value(line, i + 3);
            for (int shift = 16; shift >= 0 && left > 0; shift -= 8) {
                out.write(group >> shift);
                left--;
            }
        }
    }

    private static int value(String line, int at) {
        return at < line.length() ? line.charAt(at) - ' ' & 0x3f : 0;
    }
}
