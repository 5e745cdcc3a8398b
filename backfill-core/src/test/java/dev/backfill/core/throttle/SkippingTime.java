package dev.backfill.core.throttle;

import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;

/**
 * Time for simulations on one thread: whoever asks to be woken after a while finds that it has just passed. The deadlines of
 * requests never come.
 */
class SkippingTime implements TimeSource {
    private static final Duration DEADLINE = ThrottleConfig.DEFAULT.retry().callTimeout();

    private Instant wall = Instant.parse("2026-02-03T04:05:06Z");
    private long nanos = 5_000_000_000_005L;

    @Override
    public Instant instant() {
        return wall;
    }

    @Override
    public long nanoTime() {
        return nanos;
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        if (!delay.equals(DEADLINE)) {
            pass(delay);
            task.run();
        }
        return () -> {};
    }

    void pass(Duration duration) {
        wall = wall.plus(duration);
        nanos += duration.toNanos();
    }
}
