package dev.backfill.testkit.graph;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Makes ids in the shapes Graph uses: immutable message ids of 72 characters that survive a move, classic ones of 140 that do
 * not. Both hold the stored message's id, so that no index is needed to find it again. All are case-sensitive.
 */
final class GraphIds {
    private static final int STORED_BYTES = 8;
    private static final String IMMUTABLE_START = "AAkALgAAAAAAHYQDEapmEc2byACqAC-EWg0A";
    private static final int IMMUTABLE_BYTES = 27;
    private static final String CLASSIC_START = "AAMkAGI2TGUwL";
    private static final int CLASSIC_BYTES = 93;
    private static final String ATTACHMENT_MARK = "BEgAQ";

    private GraphIds() {}

    static String immutable(String mailbox, String storedId) {
        return IMMUTABLE_START + pack(storedId, IMMUTABLE_BYTES, mailbox);
    }

    static String classic(String mailbox, String storedId, String folderId, int moves) {
        return CLASSIC_START + pack(storedId, CLASSIC_BYTES, mailbox + "\n" + folderId + "\n" + moves) + "AAA=";
    }

    /** Finds the stored message's id inside an immutable or classic id; null if the text is neither. */
    static @Nullable String storedId(String id) {
        int start = id.startsWith(IMMUTABLE_START)
                ? IMMUTABLE_START.length()
                : id.startsWith(CLASSIC_START) ? CLASSIC_START.length() : -1;
        if (start < 0 || id.length() < start + 12) {
            return null;
        }
        try {
            byte[] packed = Base64.getUrlDecoder().decode(id.substring(start, start + 12));
            return HexFormat.of().formatHex(packed, 0, STORED_BYTES);
        } catch (IllegalArgumentException notBase64) {
            return null;
        }
    }

    static String folder(String mailbox, String path) {
        return CLASSIC_START + filler("folder\n" + mailbox + "\n" + path, CLASSIC_BYTES - 12) + "AAEMAAA=";
    }

    static String conversation(String mailbox, String threadKey) {
        return "AAQkAGI2TGUwL" + filler("thread\n" + mailbox + "\n" + threadKey, 36) + "=";
    }

    /** Made of a header, a GUID and a time: 22 bytes in base64. */
    static String conversationIndex(String threadKey) {
        return Base64.getEncoder().encodeToString(stretch("index\n" + threadKey, 22));
    }

    static String changeKey(String storedId, int revision) {
        return "CQAAABYAAAB" + filler("change\n" + storedId + "\n" + revision, 18);
    }

    static String user(String address) {
        return UUID.nameUUIDFromBytes(("user\n" + address).getBytes(StandardCharsets.UTF_8))
                .toString();
    }

    static String attachment(String messageId, int index) {
        String stem = messageId.endsWith("=") ? messageId.substring(0, messageId.length() - 1) : messageId;
        return stem + ATTACHMENT_MARK + HexFormat.of().toHexDigits((short) index) + "=";
    }

    /** Finds the place of an attachment in its message; -1 if the id is none of ours. */
    static int attachmentIndex(String id) {
        int mark = id.lastIndexOf(ATTACHMENT_MARK);
        if (mark < 0 || id.length() != mark + ATTACHMENT_MARK.length() + 5) {
            return -1;
        }
        try {
            return HexFormat.fromHexDigits(id, id.length() - 5, id.length() - 1);
        } catch (IllegalArgumentException notHex) {
            return -1;
        }
    }

    private static String pack(String storedId, int length, String seed) {
        byte[] packed = new byte[length];
        ByteBuffer buffer = ByteBuffer.wrap(packed);
        buffer.put(HexFormat.of().parseHex(storedId));
        buffer.put(stretch(seed + "\n" + storedId, length - STORED_BYTES));
        return Base64.getUrlEncoder().withoutPadding().encodeToString(packed);
    }

    private static String filler(String seed, int bytes) {
        return Base64.getUrlEncoder().withoutPadding().encodeToString(stretch(seed, bytes));
    }

    private static byte[] stretch(String seed, int bytes) {
        byte[] digest = sha256(seed);
        byte[] all = Arrays.copyOf(digest, bytes);
        for (int at = digest.length; at < bytes; at += digest.length) {
            digest = sha256(seed + at);
            System.arraycopy(digest, 0, all, at, Math.min(digest.length, bytes - at));
        }
        return all;
    }

    private static byte[] sha256(String text) {
        try {
            return MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
