package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.CountKind;

/**
 * A provider's word on what a query would read and cost. Immutable and thread-safe.
 *
 * @param emails messages, 0 or more; 0 when the kind is UNKNOWN
 * @param kind how far {@code emails} can be trusted
 * @param calls requests, 0 or more
 * @param units cost units over all these requests, 0 or more; a provider without units counts a request as one
 * @param bytes bytes that come over the wire as the provider's quota counts them, 0 or more; 0 where no quota counts bytes or it is
 *     not known
 */
public record MailEstimate(long emails, CountKind kind, long calls, long units, long bytes) {
    /** Checks the bounds. */
    public MailEstimate {
        requireNonNull(kind, "kind");
        if (emails < 0 || calls < 0 || units < 0 || bytes < 0) {
            throw new IllegalArgumentException("an estimate's numbers must be 0 or more");
        }
    }

    /**
     * Makes an estimate that knows no bytes.
     *
     * @param emails messages
     * @param kind how far {@code emails} can be trusted
     * @param calls requests
     * @param units cost units
     */
    public MailEstimate(long emails, CountKind kind, long calls, long units) {
        this(emails, kind, calls, units, 0);
    }

    /** {@return an estimate that knows nothing} */
    public static MailEstimate unknown() {
        return new MailEstimate(0, CountKind.UNKNOWN, 0, 0);
    }
}
