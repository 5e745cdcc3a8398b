package dev.backfill.benchmarks;

import dev.backfill.core.time.SystemTime;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** The machine's time, a number of times faster: an hour of quota is seen in minutes. Thread-safe. */
final class ScaledTime implements TimeSource, AutoCloseable {
    private final SystemTime real = new SystemTime();
    private final int factor;
    private final Instant begin = real.instant();
    private final long beginNanos = real.nanoTime();

    /** Makes a time that runs so many times as fast as the machine's. */
    ScaledTime(int factor) {
        this.factor = factor;
    }

    /** A duration of this time in the machine's. */
    Duration real(Duration scaled) {
        return scaled.dividedBy(factor);
    }

    @Override
    public Instant instant() {
        return begin.plusNanos(nanoTime());
    }

    @Override
    public long nanoTime() {
        return (real.nanoTime() - beginNanos) * factor;
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return real.schedule(real(delay), task);
    }

    @Override
    public void close() {
        real.close();
    }
}
