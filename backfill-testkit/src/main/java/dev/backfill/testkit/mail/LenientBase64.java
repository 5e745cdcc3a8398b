package dev.backfill.testkit.mail;

import java.io.ByteArrayOutputStream;
import java.util.Arrays;

/** Base64 of encoded words: what is not in the alphabet is skipped, missing padding and padding in the middle are borne. */
final class LenientBase64 {
    private static final int[] VALUES = values();

    private LenientBase64() {}

    static byte[] decode(String text) {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(text.length() * 3 / 4 + 3);
        int bits = 0;
        int count = 0;
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            int value = c < VALUES.length ? VALUES[c] : -1;
            if (c == '=') {
                bits = 0;
                count = 0;
            } else if (value >= 0) {
                bits = bits << 6 | value;
                count += 6;
                if (count >= 8) {
                    count -= 8;
                    bytes.write(bits >> count);
                    bits &= (1 << count) - 1;
                }
            }
        }
        return bytes.toByteArray();
    }

    private static int[] values() {
        int[] values = new int[128];
        Arrays.fill(values, -1);
        String alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
        for (int i = 0; i < alphabet.length(); i++) {
            values[alphabet.charAt(i)] = i;
        }
        values['-'] = 62;
        values['_'] = 63;
        return values;
    }
}
