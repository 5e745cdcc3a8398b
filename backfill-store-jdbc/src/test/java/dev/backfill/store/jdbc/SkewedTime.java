package dev.backfill.store.jdbc;

import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** The machine's clocks, and a wall clock that is wrong by so much. */
record SkewedTime(Duration skew, TimeSource real) implements TimeSource {
    @Override
    public Instant instant() {
        return real.instant().plus(skew);
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return real.schedule(delay, task);
    }
}
