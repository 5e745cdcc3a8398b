package dev.backfill.store.jdbc;

import java.time.Duration;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongSupplier;

/**
 * Monotonic time that goes on while the machine sleeps, which the machine's own monotonic clock does not: what the wall clock gained
 * on it by a second or more counts as slept. A wall clock that somebody puts forward looks the same, and is taken for it: whoever
 * counts how old a promise is may take it for older than it is, never for younger. A wall clock that is put back changes nothing.
 * Thread-safe; takes no lock.
 */
final class SleepTime implements LongSupplier {
    /** What the wall clock must gain at once. */
    static final Duration LEAST = Duration.ofSeconds(1);

    /** So long the two clocks are compared with one pair of readings: what they drift apart in it is far below a sleep. */
    private static final long RENEW_NANOS = Duration.ofSeconds(10).toNanos();

    private final LongSupplier nanos;
    private final LongSupplier wallMillis;
    private final AtomicReference<Mark> mark;

    /** A moment on both clocks, and what was slept before it. */
    private record Mark(long nanos, long wallMillis, long slept) {}

    /**
     * Begins to watch.
     *
     * @param nanos the machine's monotonic clock
     * @param wallMillis its wall clock, milliseconds since 1970
     */
    SleepTime(LongSupplier nanos, LongSupplier wallMillis) {
        this.nanos = nanos;
        this.wallMillis = wallMillis;
        this.mark = new AtomicReference<>(new Mark(nanos.getAsLong(), wallMillis.getAsLong(), 0));
    }

    @Override
    public long getAsLong() {
        return look();
    }

    private long look() {
        while (true) {
            Mark seen = mark.get();
            long now = nanos.getAsLong();
            long wall = wallMillis.getAsLong();
            long gained = TimeUnit.MILLISECONDS.toNanos(wall - seen.wallMillis) - (now - seen.nanos);
            boolean moved = Math.abs(gained) >= LEAST.toNanos();
            if (!moved && now - seen.nanos < RENEW_NANOS) {
                return now + seen.slept;
            }
            Mark next = new Mark(now, wall, seen.slept + (moved ? Math.max(0, gained) : 0));
            if (mark.compareAndSet(seen, next)) {
                return now + next.slept;
            }
        }
    }

    /** How long the machine slept since the beginning, in nanoseconds; it looks at the clocks first. */
    long slept() {
        look();
        return mark.get().slept;
    }
}
