package dev.backfill.spi;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/**
 * All that the engine knows of time: what it is, and how to be called later. A test hands in one it moves by hand. Thread-safe.
 */
public interface TimeSource extends InstantSource {
    /** {@return the wall clock; may jump} */
    @Override
    Instant instant();

    /** {@return nanoseconds since some fixed moment; never goes back} */
    long nanoTime();

    /**
     * Calls a task once after a delay of monotonic time, on a thread of the time source. The task must be short and must not
     * throw.
     *
     * @param delay how long to wait; zero or less for as soon as possible
     * @param task what to call
     * @return cancels the call, if it has not begun; cancelling twice does nothing
     */
    Timer schedule(Duration delay, Runnable task);

    /** A call that is to come. Thread-safe. */
    @FunctionalInterface
    interface Timer {
        /** Cancels the call, if it has not begun. */
        void cancel();
    }
}
