package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

/**
 * One difference between what was published and what must be. Immutable and thread-safe. It holds ids, field names and hashes,
 * never content.
 *
 * @param kind what is wrong
 * @param messageId the provider's message id; empty when the event has none
 * @param field the wire name of the field that differs; empty unless the kind is {@link Kind#DIFFERENT}
 * @param expected the SHA-256 of the expected value; empty unless the kind is {@link Kind#DIFFERENT}
 * @param found the SHA-256 of the published value, or {@code absent}; empty unless the kind is {@link Kind#DIFFERENT}
 */
public record ManifestFinding(Kind kind, String messageId, String field, String expected, String found) {
    /** What is wrong. */
    public enum Kind {
        /** A message was not published. */
        MISSING,
        /** A message was published more than once. */
        DUPLICATE,
        /** An id was published that the manifest does not know. */
        UNKNOWN,
        /** A field is not as it must be. */
        DIFFERENT,
        /** An event is not the JSON it must be. */
        UNREADABLE
    }

    /** Checks that nothing is missing. */
    public ManifestFinding {
        requireNonNull(kind, "kind");
        requireNonNull(messageId, "messageId");
        requireNonNull(field, "field");
        requireNonNull(expected, "expected");
        requireNonNull(found, "found");
    }

    static ManifestFinding of(Kind kind, String messageId) {
        return new ManifestFinding(kind, messageId, "", "", "");
    }

    /** {@return one line for people, for instance {@code DIFFERENT 18c2a: subject expected 9f86d081 found absent}} */
    @Override
    public String toString() {
        String head = kind + " " + messageId;
        return field.isEmpty() ? head : head + ": " + field + " expected " + start(expected) + " found " + start(found);
    }

    private static String start(String hash) {
        return hash.length() > 16 ? hash.substring(0, 16) : hash;
    }
}
