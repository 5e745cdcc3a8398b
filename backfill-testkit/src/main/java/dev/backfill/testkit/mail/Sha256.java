package dev.backfill.testkit.mail;

import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;

/** SHA-256 of many texts in a row, each of which is hashed once if it is short and frequent. Not thread-safe. */
final class Sha256 {
    static final int BYTES = 32;

    private static final int FREQUENT_LENGTH = 24;
    private static final int MAX_REMEMBERED = 2_000;

    private final MessageDigest digest = digest();
    private final Map<String, byte[]> frequent = new HashMap<>();
    private String lastLong = "";
    private byte[] lastHash = {};

    static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(digest().digest(bytes));
    }

    /** Gives the hash of a text's UTF-8; the caller must not change it. */
    byte[] of(String text) {
        if (text.length() > FREQUENT_LENGTH) {
            return ofLong(text);
        }
        byte[] known = frequent.get(text);
        if (known == null) {
            known = digest.digest(text.getBytes(StandardCharsets.UTF_8));
            if (frequent.size() < MAX_REMEMBERED) {
                frequent.put(text, known);
            }
        }
        return known;
    }

    /** A message's body is published twice, as the body and as the text or the HTML. */
    private byte[] ofLong(String text) {
        if (!text.equals(lastLong)) {
            lastLong = text;
            lastHash = digest.digest(text.getBytes(StandardCharsets.UTF_8));
        }
        return lastHash;
    }

    static String hex(byte[] hashes, int from) {
        return HexFormat.of().formatHex(hashes, from, from + BYTES);
    }

    static boolean isAt(byte[] hashes, int from, byte[] hash) {
        return Arrays.equals(hashes, from, from + BYTES, hash, 0, BYTES);
    }

    private static MessageDigest digest() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
