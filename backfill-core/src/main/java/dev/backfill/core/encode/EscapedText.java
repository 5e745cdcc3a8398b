package dev.backfill.core.encode;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;

/**
 * Long texts as they stand between the quotes of a JSON string, in UTF-8: eight bytes are looked at in one step, and what needs
 * no escape is copied in one piece. That takes about a quarter of the time that one character after another takes, and most of an
 * event is body. Stateless and thread-safe.
 */
final class EscapedText {
    private static final VarHandle EIGHT_BYTES =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final long EACH = 0x0101010101010101L;
    private static final long HIGH_BITS = 0x8080808080808080L;
    private static final byte[] HEX = "0123456789ABCDEF".getBytes(StandardCharsets.US_ASCII);
    private static final byte UNICODE = 'u';
    private static final int LONGEST_ESCAPE = 6;

    private EscapedText() {}

    /** Gives the bytes of a clean text, see {@link JsonText#clean}. */
    static byte[] of(String text) {
        byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
        int next = toEscape(utf8, 0);
        if (next == utf8.length) {
            return utf8;
        }
        byte[] escaped = new byte[Math.addExact(utf8.length, added(utf8, next))];
        int size = 0;
        int from = 0;
        while (next < utf8.length) {
            System.arraycopy(utf8, from, escaped, size, next - from);
            size = escape(utf8[next], escaped, size + next - from);
            from = next + 1;
            next = toEscape(utf8, from);
        }
        System.arraycopy(utf8, from, escaped, size, utf8.length - from);
        return escaped;
    }

    /** How many bytes the escapes add. */
    private static int added(byte[] utf8, int first) {
        int added = 0;
        for (int next = first; next < utf8.length; next = toEscape(utf8, next + 1)) {
            added = Math.addExact(added, letter(utf8[next]) == UNICODE ? LONGEST_ESCAPE - 1 : 1);
        }
        return added;
    }

    /** Finds the next byte that must not stand in a JSON string as it is; the length if there is none. */
    private static int toEscape(byte[] utf8, int from) {
        int i = from;
        for (; i <= utf8.length - Long.BYTES; i += Long.BYTES) {
            long found = toEscape((long) EIGHT_BYTES.get(utf8, i));
            if (found != 0) {
                return i + Long.numberOfTrailingZeros(found) / Byte.SIZE;
            }
        }
        for (; i < utf8.length; i++) {
            byte one = utf8[i];
            if (one >= 0 && one < ' ' || one == '"' || one == '\\') {
                return i;
            }
        }
        return i;
    }

    /**
     * Sets the high bit of each of eight bytes that needs an escape. What is borrowed from a byte can set those above it in vain,
     * so that only the lowest is sure.
     */
    private static long toEscape(long eight) {
        long quotes = eight ^ '"' * EACH;
        long backslashes = eight ^ '\\' * EACH;
        return ((eight - ' ' * EACH) & ~eight | (quotes - EACH) & ~quotes | (backslashes - EACH) & ~backslashes)
                & HIGH_BITS;
    }

    private static int escape(byte one, byte[] target, int at) {
        byte letter = letter(one);
        target[at] = '\\';
        target[at + 1] = letter;
        if (letter != UNICODE) {
            return at + 2;
        }
        target[at + 2] = '0';
        target[at + 3] = '0';
        target[at + 4] = HEX[one >> 4];
        target[at + 5] = HEX[one & 0xf];
        return at + LONGEST_ESCAPE;
    }

    /** What stands behind the backslash. */
    private static byte letter(byte one) {
        return switch (one) {
            case '"', '\\' -> one;
            case '\b' -> 'b';
            case '\t' -> 't';
            case '\n' -> 'n';
            case '\f' -> 'f';
            case '\r' -> 'r';
            default -> UNICODE;
        };
    }
}
