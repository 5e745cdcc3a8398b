package dev.backfill.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How the engine bears providers' limits and outages. Immutable and thread-safe; changed copies are made with the {@code with} methods.
 *
 * @param burstShare the part of the planned share of a quota that goes as fast as it goes, before requests are spread evenly,
 *     over 0 and at most 1, default 0.25
 * @param firstPause how long nothing is sent to a mailbox that was throttled without a time, 1 second to 10 minutes, default 1
 *     second; it doubles from one throttling to the next while no request succeeds
 * @param maxPause what the doubling ends at, 1 second to 1 hour, default 60 seconds, not below the first
 * @param parkAfter a wait for quota, or for a time that the provider names, that is longer than this parks the job: it gives up
 *     its slot and comes back then, 1 second to 24 hours, default 10 minutes
 * @param maxThrottled how long one request waits for the ends of throttlings all together before it parks the job, 1 second to
 *     24 hours, default 30 minutes; throttling never fails a message or a job
 * @param parkFor when a job that was parked for {@code maxThrottled} comes back, 1 second to 24 hours, default 15 minutes
 * @param maxOutage how long a provider may answer no request properly (an error of its server, no connection), however often it is
 *     asked, before the job fails, 0 (at the first request that fails after all its attempts) to 7 days, default 6 hours; until
 *     then the job is parked and asks again, after 15 seconds at first and 10 minutes at the last; a page that is read ends the
 *     outage
 * @param growAfter after how many successful requests in a row one more at the same time is tried again, where the provider had
 *     complained of too many, 1 to 1,000,000, default 50
 */
public record Throttling(
        double burstShare,
        Duration firstPause,
        Duration maxPause,
        Duration parkAfter,
        Duration maxThrottled,
        Duration parkFor,
        Duration maxOutage,
        int growAfter) {
    /** The defaults named above. */
    public static final Throttling DEFAULT = new Throttling(
            0.25,
            Duration.ofSeconds(1),
            Duration.ofSeconds(60),
            Duration.ofMinutes(10),
            Duration.ofMinutes(30),
            Duration.ofMinutes(15),
            Duration.ofHours(6),
            50);

    private static final int MAX_GROW_AFTER = 1_000_000;

    /** Checks every bound. */
    public Throttling {
        Duration second = Duration.ofSeconds(1);
        Duration day = Duration.ofDays(1);
        requireNonNull(firstPause, "firstPause");
        requireNonNull(maxPause, "maxPause");
        requireNonNull(parkAfter, "parkAfter");
        requireNonNull(maxThrottled, "maxThrottled");
        requireNonNull(parkFor, "parkFor");
        requireNonNull(maxOutage, "maxOutage");
        ConfigChecks.share("burstShare", burstShare);
        ConfigChecks.inRange("firstPause", firstPause, second, Duration.ofMinutes(10));
        ConfigChecks.inRange("maxPause", maxPause, second, Duration.ofHours(1));
        ConfigChecks.notAfter("firstPause", firstPause, "maxPause", maxPause);
        ConfigChecks.inRange("parkAfter", parkAfter, second, day);
        ConfigChecks.inRange("maxThrottled", maxThrottled, second, day);
        ConfigChecks.inRange("parkFor", parkFor, second, day);
        ConfigChecks.inRange("maxOutage", maxOutage, Duration.ZERO, Duration.ofDays(7));
        ConfigChecks.inRange("growAfter", growAfter, 1, MAX_GROW_AFTER);
    }

    /**
     * Changes {@link #burstShare()}.
     *
     * @param value the value
     * @return a changed copy
     */
    public Throttling withBurstShare(double value) {
        return new Throttling(value, firstPause, maxPause, parkAfter, maxThrottled, parkFor, maxOutage, growAfter);
    }

    /**
     * Changes {@link #parkAfter()}.
     *
     * @param value the value
     * @return a changed copy
     */
    public Throttling withParkAfter(Duration value) {
        return new Throttling(burstShare, firstPause, maxPause, value, maxThrottled, parkFor, maxOutage, growAfter);
    }

    /**
     * Changes {@link #maxThrottled()}.
     *
     * @param value the value
     * @return a changed copy
     */
    public Throttling withMaxThrottled(Duration value) {
        return new Throttling(burstShare, firstPause, maxPause, parkAfter, value, parkFor, maxOutage, growAfter);
    }

    /**
     * Changes {@link #maxOutage()}.
     *
     * @param value the value
     * @return a changed copy
     */
    public Throttling withMaxOutage(Duration value) {
        return new Throttling(burstShare, firstPause, maxPause, parkAfter, maxThrottled, parkFor, value, growAfter);
    }

    /**
     * Changes {@link #firstPause()} and {@link #maxPause()}.
     *
     * @param first the pause after the first throttling for which the provider names no time
     * @param most the longest of such pauses, {@code first} or more
     * @return a changed copy
     */
    public Throttling withPauses(Duration first, Duration most) {
        return new Throttling(burstShare, first, most, parkAfter, maxThrottled, parkFor, maxOutage, growAfter);
    }

    /**
     * Changes {@link #parkFor()}.
     *
     * @param value the value
     * @return a changed copy
     */
    public Throttling withParkFor(Duration value) {
        return new Throttling(burstShare, firstPause, maxPause, parkAfter, maxThrottled, value, maxOutage, growAfter);
    }

    /**
     * Changes {@link #growAfter()}.
     *
     * @param value the value
     * @return a changed copy
     */
    public Throttling withGrowAfter(int value) {
        return new Throttling(burstShare, firstPause, maxPause, parkAfter, maxThrottled, parkFor, maxOutage, value);
    }
}
