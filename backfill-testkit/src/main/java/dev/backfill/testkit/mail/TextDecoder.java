package dev.backfill.testkit.mail;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Turns bytes into text by a label, or by a guess where the label is missing, unknown or plainly wrong. */
final class TextDecoder {
    private static final int ESCAPE = 0x1b;

    private TextDecoder() {}

    static String decode(MailBytes content, @Nullable String label) {
        return decode(content.lend(), label);
    }

    static String decode(byte[] bytes, @Nullable String label) {
        return decode(bytes, label, CharsetLookup.WINDOWS_1252);
    }

    /**
     * Decodes bytes.
     *
     * @param bytes the bytes
     * @param label the charset label; null when there is none
     * @param fallback what 8-bit bytes without a usable label are taken for when they are not UTF-8
     * @return the text, undecodable bytes as U+FFFD
     */
    static String decode(byte[] bytes, @Nullable String label, Charset fallback) {
        Optional<Charset> named = CharsetLookup.find(label);
        if (named.isPresent() && !named.get().equals(StandardCharsets.US_ASCII)) {
            return new String(bytes, named.get());
        }
        if (isSevenBit(bytes)) {
            return new String(bytes, hasJapaneseEscape(bytes) ? CharsetLookup.ISO_2022_JP : StandardCharsets.US_ASCII);
        }
        String utf8 = strictUtf8(bytes);
        return utf8 != null ? utf8 : new String(bytes, fallback);
    }

    static boolean isSevenBit(byte[] bytes) {
        for (byte b : bytes) {
            if (b < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean hasJapaneseEscape(byte[] bytes) {
        for (int i = 0; i + 2 < bytes.length; i++) {
            if (bytes[i] == ESCAPE && bytes[i + 1] == '$' && (bytes[i + 2] == 'B' || bytes[i + 2] == '@')) {
                return true;
            }
        }
        return false;
    }

    private static @Nullable String strictUtf8(byte[] bytes) {
        try {
            return StandardCharsets.UTF_8
                    .newDecoder()
                    .onMalformedInput(CodingErrorAction.REPORT)
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .decode(ByteBuffer.wrap(bytes))
                    .toString();
        } catch (CharacterCodingException e) {
            return null;
        }
    }
}
