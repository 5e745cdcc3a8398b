package dev.backfill.testkit;

import java.time.Duration;

/** A {@link ManualTime} that runs by itself until this is closed; see {@link ManualTime#autoAdvance}. Thread-safe. */
public final class AutoAdvance implements AutoCloseable {
    private final ManualTime time;
    private final Thread thread;
    private volatile boolean stopped;

    private AutoAdvance(ManualTime time, long quietNanos, long endNanos) {
        this.time = time;
        this.thread = new Thread(() -> run(quietNanos, endNanos), "backfill-testkit-time");
        thread.setDaemon(true);
    }

    static AutoAdvance start(ManualTime time, Duration quiet, Duration atMost) {
        if (quiet.toNanos() < Duration.ofMillis(1).toNanos()) {
            throw new IllegalArgumentException("quiet must be 1 ms or more, was " + quiet);
        }
        AutoAdvance running = new AutoAdvance(time, quiet.toNanos(), time.nanoTime() + atMost.toNanos());
        running.thread.start();
        return running;
    }

    private void run(long quietNanos, long endNanos) {
        try {
            while (!stopped && time.advanceWhenQuiet(quietNanos, endNanos, () -> stopped)) {
                // Each turn is one timer.
            }
        } catch (InterruptedException stop) {
            Thread.currentThread().interrupt();
        }
    }

    /** Stops the running and waits, at most {@link ManualTime#PATIENCE}, until a timer that runs now has ended. */
    @Override
    public void close() {
        stopped = true;
        time.wake();
        try {
            thread.join(ManualTime.PATIENCE.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
