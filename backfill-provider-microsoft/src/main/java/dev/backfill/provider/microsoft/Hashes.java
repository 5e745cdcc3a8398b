package dev.backfill.provider.microsoft;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** SHA-256 of texts. Stateless; thread-safe. */
final class Hashes {
    private Hashes() {}

    /** {@return the hash of the text's UTF-8, 32 bytes} */
    static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    /** {@return the same as 64 lower-case hex digits} */
    static String hex(String text) {
        return HexFormat.of().formatHex(sha256(text));
    }
}
