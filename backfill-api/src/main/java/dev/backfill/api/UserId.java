package dev.backfill.api;

import static java.util.Objects.requireNonNull;

/**
 * The host's own name for one of its users. Everything of a job belongs to one user. Immutable and thread-safe.
 *
 * @param value the name, 1 to 256 characters, not blank
 */
public record UserId(String value) {
    /** The longest name in characters: {@value}. */
    public static final int MAX_LENGTH = 256;

    private static final int MAX_PLAIN_LENGTH = 64;

    /** Checks the name's length. */
    public UserId {
        requireNonNull(value, "value");
        if (value.isBlank() || value.length() > MAX_LENGTH) {
            throw new InvalidRequestException(
                    "user", "must hold 1 to " + MAX_LENGTH + " characters, had " + value.length());
        }
    }

    /**
     * Makes a user id.
     *
     * @param value the name, 1 to 256 characters, not blank
     * @return the user id
     * @throws InvalidRequestException if the name is blank or too long
     */
    public static UserId of(String value) {
        return new UserId(value);
    }

    /**
     * Gives a form of this id that may stand in job ids, attributes, logs and metrics.
     *
     * @return the name itself where it is plain ({@code [A-Za-z0-9_-]}, at most 64 characters), else a hash of 16 hex
     *     digits
     */
    public String key() {
        return isPlain() ? value : Hashes.shortHex(value);
    }

    /** Asked for each message, so without a pattern. */
    private boolean isPlain() {
        for (int i = 0; i < value.length(); i++) {
            char c = value.charAt(i);
            boolean plain =
                    c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_' || c == '-';
            if (!plain) {
                return false;
            }
        }
        return value.length() <= MAX_PLAIN_LENGTH;
    }

    /** {@return the safe form of this id, see {@link #key()}} */
    @Override
    public String toString() {
        return key();
    }
}
