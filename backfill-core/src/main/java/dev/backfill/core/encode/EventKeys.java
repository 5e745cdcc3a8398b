package dev.backfill.core.encode;

import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.EmailEvent.Change;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.UUID;

/**
 * The keys by which a consumer knows an event again. They hold no job and no clock, so that a second run yields the same.
 * Thread-safe.
 */
final class EventKeys {
    /** The namespace of our event ids (RFC 9562, section 5.5), drawn once and never to be changed. */
    static final UUID NAMESPACE = UUID.fromString("6f0a5a0e-3c0b-4f43-9d7c-9b1de8d5a2c1");

    // Looking an algorithm up costs more than hashing a key; a prototype that nobody feeds may be copied by every
    // thread.
    private static final MessageDigest SHA_256 = algorithm("SHA-256");
    private static final MessageDigest SHA_1 = algorithm("SHA-1");
    private static final int VERSION_BYTE = 6;
    private static final int VARIANT_BYTE = 8;

    private EventKeys() {}

    /**
     * Gives the dedupe key: the SHA-256, in hex, of user, provider, mailbox key and message id, and for anything but a CREATE
     * also of operation and revision; each in UTF-8 behind its length in bytes (four bytes, the highest first).
     */
    static String dedupeKey(EmailEvent event) {
        MessageDigest digest = copy(SHA_256);
        update(digest, event.account().user().value());
        update(digest, event.account().provider());
        update(digest, event.mailboxKey());
        update(digest, event.messageId());
        if (event.change() != Change.CREATE) {
            update(digest, event.change().code());
            update(digest, event.revision());
        }
        return HexFormat.of().formatHex(digest.digest());
    }

    /** Gives the event id: the UUID version 5 of the dedupe key. */
    static UUID eventId(String dedupeKey) {
        MessageDigest digest = copy(SHA_1);
        ByteBuffer namespace = ByteBuffer.allocate(2 * Long.BYTES);
        namespace.putLong(NAMESPACE.getMostSignificantBits()).putLong(NAMESPACE.getLeastSignificantBits());
        digest.update(namespace.array());
        byte[] hash = digest.digest(dedupeKey.getBytes(StandardCharsets.US_ASCII));
        hash[VERSION_BYTE] = (byte) (hash[VERSION_BYTE] & 0x0f | 0x50);
        hash[VARIANT_BYTE] = (byte) (hash[VARIANT_BYTE] & 0x3f | 0x80);
        ByteBuffer bits = ByteBuffer.wrap(hash);
        return new UUID(bits.getLong(), bits.getLong());
    }

    /** Gives a hash, in hex, that stands for a text that is too long or must not be shown. */
    static String hash(String text) {
        return HexFormat.of().formatHex(copy(SHA_256).digest(text.getBytes(StandardCharsets.UTF_8)));
    }

    private static void update(MessageDigest digest, String part) {
        byte[] bytes = part.getBytes(StandardCharsets.UTF_8);
        digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(0, bytes.length));
        digest.update(bytes);
    }

    private static MessageDigest copy(MessageDigest prototype) {
        try {
            return (MessageDigest) prototype.clone();
        } catch (CloneNotSupportedException notThisOne) {
            return algorithm(prototype.getAlgorithm());
        }
    }

    private static MessageDigest algorithm(String name) {
        try {
            return MessageDigest.getInstance(name);
        } catch (NoSuchAlgorithmException impossible) {
            throw new IllegalStateException("every Java platform has " + name, impossible);
        }
    }
}
