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
 */
public record MailEstimate(long emails, CountKind kind, long calls, long units) {
    /** Checks the bounds. */
    public MailEstimate {
        requireNonNull(kind, "kind");
        if (emails < 0 || calls < 0 || units < 0) {
            throw new IllegalArgumentException("an estimate's numbers must be 0 or more");
        }
    }

    /** {@return an estimate that knows nothing} */
    public static MailEstimate unknown() {
        return new MailEstimate(0, CountKind.UNKNOWN, 0, 0);
    }
}
