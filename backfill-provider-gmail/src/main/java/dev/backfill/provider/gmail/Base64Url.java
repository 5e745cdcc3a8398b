package dev.backfill.provider.gmail;

import java.util.Arrays;

/** Decodes Gmail's base64: URL-safe by its documentation, but the other alphabet, padding and line ends are taken as well. */
final class Base64Url {
    private static final byte[] VALUES = values();

    private Base64Url() {}

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

    static byte[] decode(char[] text, int from, int length) {
        byte[] bytes = new byte[(int) (length * 3L / 4) + 3];
        int size = 0;
        int buffer = 0;
        int bits = 0;
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
        return size == bytes.length ? bytes : Arrays.copyOf(bytes, size);
    }
}
