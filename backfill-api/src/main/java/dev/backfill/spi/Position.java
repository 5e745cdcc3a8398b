package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

/**
 * How far a partition is walked, in the provider's own words. It survives a restart: it names mail (a second and the ids at
 * it), never a server's cursor alone. Immutable and thread-safe.
 *
 * @param value a versioned text the provider can read again, at most 4,096 characters; empty for the beginning
 */
public record Position(String value) {
    /** The longest value in characters: {@value}. */
    public static final int MAX_LENGTH = 4_096;

    /** The beginning of a partition. */
    public static final Position START = new Position("");

    /** Checks the length. */
    public Position {
        requireNonNull(value, "value");
        if (value.length() > MAX_LENGTH) {
            throw new IllegalArgumentException(
                    "a position holds at most " + MAX_LENGTH + " characters, had " + value.length());
        }
    }

    /** {@return true for the beginning of a partition} */
    public boolean isStart() {
        return value.isEmpty();
    }
}
