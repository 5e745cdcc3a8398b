package dev.backfill.store.jdbc;

import java.util.function.LongSupplier;

/**
 * The one place of this module that reads a clock: the machine's monotonic one, which runs on while the process is stopped.
 * Everything else is given it, so that a test can stand in.
 */
final class MonotonicTime {
    /** Nanoseconds since some fixed moment; never goes back. */
    static final LongSupplier SYSTEM = MonotonicTime::nanos;

    private MonotonicTime() {}

    private static long nanos() {
        return System.nanoTime();
    }
}
