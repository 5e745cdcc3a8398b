package dev.backfill.store.jdbc;

import java.util.function.LongSupplier;

/**
 * The one place of this module that reads clocks: the machine's monotonic one, which runs on while the process is stopped but not
 * while the machine sleeps, and the wall clock, by which {@link SleepTime} finds out that it did. Everything else is given them,
 * so that a test can stand in.
 */
final class MonotonicTime {
    /** Nanoseconds since some fixed moment; never goes back. */
    static final LongSupplier SYSTEM = MonotonicTime::nanos;

    /** Milliseconds since 1970; whoever runs the machine may put it forward and back. */
    static final LongSupplier WALL_MILLIS = MonotonicTime::wallMillis;

    private MonotonicTime() {}

    private static long nanos() {
        return System.nanoTime();
    }

    private static long wallMillis() {
        return System.currentTimeMillis();
    }
}
