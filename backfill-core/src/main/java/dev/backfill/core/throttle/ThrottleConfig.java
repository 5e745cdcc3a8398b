package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How the engine keeps to providers' limits. Immutable; changed copies are made with the {@code with} methods.
 *
 * @param retry what happens after transient errors
 * @param quotaShare the part of each quota that is planned on, more than 0 to 1, default 0.95: clocks differ, and answers to
 *     lost requests were counted too
 * @param burstShare the part of the planned quota that may be spent as fast as it goes before requests are spread evenly,
 *     more than 0 to 1, default 0.25
 * @param firstFence how long nothing is sent after a throttling without a time, at the first time; doubles from one
 *     throttling to the next without a success between; default 1 s
 * @param maxFence what the doubling ends at; at least {@code firstFence}, default 60 s
 * @param parkAfter a wait for quota, or for the end of a throttling, that is longer than this parks the job; default 10 min
 * @param maxThrottled how long one call waits for the ends of throttlings all together before it parks the job; default 30 min
 * @param parkFor when a job that was parked for {@code maxThrottled} comes back; default 15 min
 * @param growAfter after how many successes in a row one more request at the same time is tried, 1 or more, default 50
 */
public record ThrottleConfig(
        RetryConfig retry,
        double quotaShare,
        double burstShare,
        Duration firstFence,
        Duration maxFence,
        Duration parkAfter,
        Duration maxThrottled,
        Duration parkFor,
        int growAfter) {
    /** The defaults named above. */
    public static final ThrottleConfig DEFAULT = new ThrottleConfig(
            RetryConfig.DEFAULT,
            0.95,
            0.25,
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Duration.ofMinutes(15),
            50);

    /** Checks the bounds. */
    public ThrottleConfig {
        requireNonNull(retry, "retry");
        Bounds.share("quotaShare", quotaShare);
        Bounds.share("burstShare", burstShare);
        Bounds.positive("firstFence", firstFence);
        Bounds.positive("maxFence", maxFence);
        Bounds.positive("parkAfter", parkAfter);
        Bounds.positive("maxThrottled", maxThrottled);
        Bounds.positive("parkFor", parkFor);
        if (maxFence.compareTo(firstFence) < 0) {
            throw new IllegalArgumentException("maxFence " + maxFence + " is less than firstFence " + firstFence);
        }
        if (growAfter < 1) {
            throw new IllegalArgumentException("growAfter must be 1 or more, was " + growAfter);
        }
    }

    /**
     * Changes what happens after transient errors.
     *
     * @param value the new value
     * @return a changed copy
     */
    public ThrottleConfig withRetry(RetryConfig value) {
        return new ThrottleConfig(
                value, quotaShare, burstShare, firstFence, maxFence, parkAfter, maxThrottled, parkFor, growAfter);
    }

    /**
     * Changes the part of each quota that is planned on.
     *
     * @param value the new value, more than 0 to 1
     * @return a changed copy
     */
    public ThrottleConfig withQuotaShare(double value) {
        return new ThrottleConfig(
                retry, value, burstShare, firstFence, maxFence, parkAfter, maxThrottled, parkFor, growAfter);
    }
}
