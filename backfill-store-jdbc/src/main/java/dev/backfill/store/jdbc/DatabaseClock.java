package dev.backfill.store.jdbc;

import com.github.kagkarlsson.scheduler.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/**
 * The scheduler's clock: the database's time, read now and then, and the monotonic clock in between. So instances whose own
 * clocks differ agree on what is due and who is dead. Thread-safe.
 *
 * <p>It never goes back. Where it is behind by a second or more it jumps; a smaller lag is made up at a tenth of its speed, a
 * lead of any size by going at half of it. What it says is cut to whole milliseconds, which every database keeps.
 */
final class DatabaseClock implements Clock {
    /** From this lag on the clock jumps. */
    static final Duration JUMP = Duration.ofSeconds(1);

    /** A reading that took longer than this says too little about when it was made. */
    static final Duration SLOW_READING = Duration.ofSeconds(1);

    private static final int CATCH_UP = 10;
    private static final int SLOW_DOWN = 2;

    /** A moment on both clocks, and by how much the time at it was behind (positive) or ahead. */
    private record Mark(long nanos, long epochNanos, long lag) {
        long at(long now) {
            long elapsed = Math.max(0, now - nanos);
            long made = lag >= 0 ? Math.min(lag, elapsed / CATCH_UP) : Math.max(lag, -elapsed / SLOW_DOWN);
            return epochNanos + elapsed + made;
        }
    }

    private final Supplier<Instant> database;
    private final LongSupplier nanos;
    private final LongSupplier slept;
    private final AtomicLong latest = new AtomicLong(Long.MIN_VALUE);
    private volatile Mark mark;
    private volatile long sleptBefore;

    /**
     * Makes a clock, and reads the database's time.
     *
     * @param database reads it; may throw what a database throws
     * @param nanos the monotonic clock
     */
    DatabaseClock(Supplier<Instant> database, LongSupplier nanos) {
        this(database, nanos, () -> 0);
    }

    /**
     * Makes a clock that knows when it stood still.
     *
     * @param database reads the database's time; may throw what a database throws
     * @param nanos the monotonic clock
     * @param slept how long the machine slept by now, which the monotonic clock leaves out
     */
    DatabaseClock(Supplier<Instant> database, LongSupplier nanos, LongSupplier slept) {
        this.database = database;
        this.nanos = nanos;
        this.slept = slept;
        this.sleptBefore = slept.getAsLong();
        long before = nanos.getAsLong();
        long read = epochNanos(database.get());
        this.mark = new Mark(middle(before, nanos.getAsLong()), read, 0);
    }

    /** Reads the database's time again; throws what the reading throws, and then goes on as before. Called by one thread at a time. */
    void sync() {
        long sleptBy = slept.getAsLong();
        long before = nanos.getAsLong();
        long read = epochNanos(database.get());
        long after = nanos.getAsLong();
        if (after - before > SLOW_READING.toNanos()) {
            return;
        }
        long middle = middle(before, after);
        long told = mark.at(middle);
        long lag = read - told;
        mark = lag >= JUMP.toNanos() ? new Mark(middle, read, 0) : new Mark(middle, told, lag);
        sleptBefore = sleptBy;
    }

    /**
     * False once the machine slept, until the database's time has been read again: this clock stands behind, and what was picked
     * by it may look dead to others from the beginning.
     */
    boolean isCurrent() {
        return slept.getAsLong() == sleptBefore;
    }

    @Override
    public Instant now() {
        // The largest ever told: while the mark is changed, two threads may reckon by two of them.
        long told = latest.accumulateAndGet(mark.at(nanos.getAsLong()), Math::max);
        return Instant.ofEpochMilli(TimeUnit.NANOSECONDS.toMillis(told));
    }

    private static long middle(long before, long after) {
        return before + (after - before) / 2;
    }

    private static long epochNanos(Instant instant) {
        return Math.addExact(TimeUnit.SECONDS.toNanos(instant.getEpochSecond()), instant.getNano());
    }
}
