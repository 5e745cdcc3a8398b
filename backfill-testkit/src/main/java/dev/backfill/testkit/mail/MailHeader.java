package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

/**
 * One header field. Immutable and thread-safe; {@link #toString()} hides the value.
 *
 * @param name the name as it stands in the message
 * @param raw the value unfolded and trimmed, encoded words left as they are; bytes above 127 as {@link ParsedMail} reads
 *     them
 * @param value the value as a mail client shows it: encoded words decoded
 */
public record MailHeader(String name, String raw, String value) {
    /** Checks that nothing is missing. */
    public MailHeader {
        requireNonNull(name, "name");
        requireNonNull(raw, "raw");
        requireNonNull(value, "value");
    }

    /**
     * Says whether this field has a name, whatever its case.
     *
     * @param other the name
     * @return true if it has
     */
    public boolean is(String other) {
        return name.equalsIgnoreCase(other);
    }

    /** {@return the name alone} */
    @Override
    public String toString() {
        return "MailHeader[" + name + "]";
    }
}
