package dev.backfill.core.throttle;

import java.time.Duration;

/** Arithmetic with times that may be very long. */
final class Nanos {
    /** Longer than any wait of an engine, and far from overflowing when added to a clock. */
    private static final Duration LONGEST = Duration.ofDays(3650);

    private Nanos() {}

    /** A duration in nanoseconds, ten years at the most. */
    static long of(Duration duration) {
        return duration.compareTo(LONGEST) > 0 ? LONGEST.toNanos() : duration.toNanos();
    }

    /** A duration doubled some times, up to a limit. */
    static Duration doubled(Duration first, int times, Duration most) {
        Duration value = first;
        for (int i = 0; i < times && value.compareTo(most) < 0; i++) {
            value = value.multipliedBy(2);
        }
        return value.compareTo(most) > 0 ? most : value;
    }

    /** A part, 0 to 1, of a duration. */
    static Duration part(Duration whole, double share) {
        return Duration.ofNanos((long) (whole.toNanos() * share));
    }
}
