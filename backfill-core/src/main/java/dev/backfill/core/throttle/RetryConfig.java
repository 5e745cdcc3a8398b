package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How often and how late a request is sent again after a transient error, and when one that hangs is given up. Immutable.
 *
 * @param maxAttempts how often a request is sent at the most, throttled and unauthorised attempts not counted; 1 to 100,
 *     default 6
 * @param firstDelay the longest wait before the second attempt; each further one doubles it, and the real wait is a random
 *     part of it (full jitter); more than zero, default 0.5 s
 * @param maxDelay what the doubling ends at; at least {@code firstDelay}, default 30 s
 * @param callTimeout when a request that does not return is interrupted and counted as a transient error; more than zero,
 *     default 60 s
 */
public record RetryConfig(int maxAttempts, Duration firstDelay, Duration maxDelay, Duration callTimeout) {
    /** The defaults named above. */
    public static final RetryConfig DEFAULT =
            new RetryConfig(6, Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofSeconds(60));

    /** Checks the bounds. */
    public RetryConfig {
        requireNonNull(maxDelay, "maxDelay");
        if (maxAttempts < 1 || maxAttempts > 100) {
            throw new IllegalArgumentException("maxAttempts must be 1 to 100, was " + maxAttempts);
        }
        Bounds.positive("firstDelay", firstDelay);
        Bounds.positive("callTimeout", callTimeout);
        if (maxDelay.compareTo(firstDelay) < 0) {
            throw new IllegalArgumentException("maxDelay " + maxDelay + " is less than firstDelay " + firstDelay);
        }
    }
}
