package dev.backfill.core.encode;

/** Texts on their way into JSON: what they take there, and what must be mended first. */
final class JsonText {
    private static final char REPLACEMENT = '\uFFFD';
    private static final int ESCAPED_BYTES = 6;
    private static final int SHORT_ESCAPE_BYTES = 2;
    private static final int PAIR_BYTES = 4;

    private JsonText() {}

    /** Gives the text itself, or with U+FFFD for each half of a surrogate pair that stands alone: no UTF-8 can hold these. */
    static String clean(String text) {
        int broken = firstLoneSurrogate(text);
        return broken < 0 ? text : replaceLoneSurrogates(text, broken);
    }

    private static int firstLoneSurrogate(String text) {
        int length = text.length();
        for (int i = 0; i < length; i++) {
            // Spelt out: where the encoder is compiled into what calls it, the compiler had no room left for
            // isSurrogate, and
            // called it for each character of a body.
            char c = text.charAt(i);
            if (c >= Character.MIN_SURROGATE && c <= Character.MAX_SURROGATE) {
                if (!isPairAt(text, i)) {
                    return i;
                }
                i++;
            }
        }
        return -1;
    }

    private static String replaceLoneSurrogates(String text, int from) {
        StringBuilder mended = new StringBuilder(text);
        for (int i = from; i < mended.length(); i++) {
            if (isPairAt(mended, i)) {
                i++;
            } else if (Character.isSurrogate(mended.charAt(i))) {
                mended.setCharAt(i, REPLACEMENT);
            }
        }
        return mended.toString();
    }

    private static boolean isPairAt(CharSequence text, int index) {
        return index + 1 < text.length() && Character.isSurrogatePair(text.charAt(index), text.charAt(index + 1));
    }

    /** Gives the bytes a clean text takes between its quotes. */
    static long size(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            bytes += size(text.charAt(i));
        }
        return bytes;
    }

    /** Gives the bytes of a character; each half of a surrogate pair counts half of the pair. */
    private static int size(char c) {
        if (c >= 0x80) {
            return c < 0x800 || Character.isSurrogate(c) ? PAIR_BYTES / 2 : PAIR_BYTES - 1;
        }
        if (c >= ' ') {
            return c == '"' || c == '\\' ? SHORT_ESCAPE_BYTES : 1;
        }
        return switch (c) {
            case '\b', '\t', '\n', '\f', '\r' -> SHORT_ESCAPE_BYTES;
            default -> ESCAPED_BYTES;
        };
    }

    /** Gives the longest beginning of a clean text that takes at most so many bytes between its quotes; no pair is cut. */
    static String prefix(String text, long maxBytes) {
        long bytes = 0;
        int end = 0;
        while (end < text.length()) {
            int step = isPairAt(text, end) ? 2 : 1;
            bytes += step == 2 ? PAIR_BYTES : size(text.charAt(end));
            if (bytes > maxBytes) {
                break;
            }
            end += step;
        }
        return text.substring(0, end);
    }

    /** Gives the bytes of a clean text in UTF-8. */
    static long utf8Size(String text) {
        long bytes = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            bytes += c < 0x80 ? 1 : c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
        }
        return bytes;
    }
}
