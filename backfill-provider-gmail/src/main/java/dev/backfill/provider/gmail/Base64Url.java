package dev.backfill.provider.gmail;

import java.io.Writer;
import java.util.Arrays;

/**
 * Decodes Gmail's base64: URL-safe by its documentation, but the other alphabet, padding and line ends are taken as well. Takes the text
 * piece by piece, so that a large one need not be held in one.
 */
final class Base64Url extends Writer {
    private static final byte[] VALUES = values();

    private final byte[] bytes;
    private int size;
    private int buffer;
    private int bits;

    /**
     * @param length how many characters will come, or more
     */
    Base64Url(int length) {
        bytes = new byte[(int) (length * 3L / 4)];
    }

    private static byte[] values() {
        byte[] values = new byte[128];
        Arrays.fill(values, (byte) -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = (byte) i;
        }
        values['-'] = 62;
        values['+'] = 62;
        values['_'] = 63;
        values['/'] = 63;
        return values;
    }

    @Override
    public void write(char[] text, int from, int length) {
        for (int i = from; i < from + length; i++) {
            int value = text[i] < 128 ? VALUES[text[i]] : -1;
            if (value < 0) {
                continue;
            }
            buffer = buffer << 6 | value;
            bits += 6;
            if (bits >= 8) {
                bits -= 8;
                bytes[size++] = (byte) (buffer >> bits);
            }
        }
    }

    /** What was decoded; the bytes themselves, after which nothing more may come. */
    byte[] bytes() {
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }

    @Override
    public void flush() {}

    @Override
    public void close() {}
}
