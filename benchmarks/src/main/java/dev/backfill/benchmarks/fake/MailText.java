package dev.backfill.benchmarks.fake;

import java.nio.charset.StandardCharsets;

/** Text of a given length, ASCII with what JSON has to escape now and then. Stateless and thread-safe. */
final class MailText {
    private static final String LINE =
            "The quarterly figures of the northern branch are in; see \"Annex B\" for details.\n";

    private MailText() {}

    /** A text of so many bytes. */
    static String of(int bytes) {
        return LINE.repeat(bytes / LINE.length() + 1).substring(0, bytes);
    }

    /** The text as it stands between the quotes of a JSON string. */
    static String escaped(String text) {
        return text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
    }

    static byte[] utf8(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
