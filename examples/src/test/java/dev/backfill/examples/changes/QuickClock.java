package dev.backfill.examples.changes;

import dev.backfill.core.time.SystemTime;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;

/**
 * A wall clock a thousand times as fast as the machine's, which servers and engine share: Graph tells times in whole seconds, and
 * in a test that takes two seconds all changes would have the same. Monotonic time is the machine's. Thread-safe.
 */
final class QuickClock implements TimeSource, AutoCloseable {
    private static final int FACTOR = 1_000;
    private static final Instant BEGIN = Instant.parse("2024-06-01T00:00:00Z");

    private final SystemTime real = new SystemTime();
    private final long beginNanos = real.nanoTime();
    private final Object lock = new Object();
    private long extraSeconds;

    /** {@return a time later than every one that was told before, by a second at least} */
    Instant tick() {
        synchronized (lock) {
            extraSeconds++;
            return instant();
        }
    }

    @Override
    public Instant instant() {
        synchronized (lock) {
            return BEGIN.plusNanos((real.nanoTime() - beginNanos) * FACTOR).plusSeconds(extraSeconds);
        }
    }

    @Override
    public long nanoTime() {
        return real.nanoTime();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        return real.schedule(delay, task);
    }

    @Override
    public void close() {
        real.close();
    }
}
