package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * What a job would read and cost, said before it starts. Immutable and thread-safe.
 *
 * @param emails messages to read, 0 or more; 0 when the kind is {@link CountKind#UNKNOWN}
 * @param kind how far {@code emails} can be trusted
 * @param calls provider requests, 0 or more
 * @param quotaUnits the provider's cost units, 0 or more; a provider without units counts a request as one
 * @param time the time that the provider's quotas and the request's share of a day imply, those of bytes as far as the provider can
 *     tell how many there are; without latency; zero when no quota binds
 */
public record Estimate(long emails, CountKind kind, long calls, long quotaUnits, Duration time) {
    /** Checks the bounds. */
    public Estimate {
        requireNonNull(kind, "kind");
        requireNonNull(time, "time");
        if (emails < 0 || calls < 0 || quotaUnits < 0 || time.isNegative()) {
            throw new IllegalArgumentException("an estimate's numbers must be 0 or more");
        }
    }
}
