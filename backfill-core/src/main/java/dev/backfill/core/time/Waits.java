package dev.backfill.core.time;

import dev.backfill.spi.TimeSource;
import java.time.Duration;

/** Waiting for nothing but time. Stateless. */
public final class Waits {
    private Waits() {}

    /**
     * Waits for a time, or until stopped.
     *
     * @param time measures the time
     * @param duration how long; zero or less not at all
     * @param stop ends the wait early
     * @return true if the time has passed, false if stopped, then or before
     * @throws InterruptedException if the thread is interrupted; the flag is then clear
     */
    public static boolean pause(TimeSource time, Duration duration, StopToken stop) throws InterruptedException {
        new Monitor().await(() -> false, time, duration, stop);
        return !stop.isStopped();
    }

    /** A duration in nanoseconds; 292 years for whatever does not fit. */
    static long saturatedNanos(Duration duration) {
        try {
            return duration.toNanos();
        } catch (ArithmeticException e) {
            return duration.isNegative() ? Long.MIN_VALUE : Long.MAX_VALUE;
        }
    }
}
