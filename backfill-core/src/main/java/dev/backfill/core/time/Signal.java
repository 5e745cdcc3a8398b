package dev.backfill.core.time;

import dev.backfill.spi.TimeSource;
import java.time.Duration;

/** Something that happens once and can be waited for. Thread-safe. */
public final class Signal {
    private final Monitor monitor = new Monitor();
    private volatile boolean fired;

    /** Makes a signal that has not been fired. */
    public Signal() {}

    /** Lets every waiter go, now and later. Does nothing when called again. */
    public void fire() {
        monitor.change(() -> fired = true);
    }

    /** {@return true once fired} */
    public boolean isFired() {
        return fired;
    }

    /**
     * Waits until fired or stopped.
     *
     * @param stop ends the wait early
     * @return true if fired, false if only stopped
     * @throws InterruptedException if the thread is interrupted; the flag is then clear
     */
    public boolean await(StopToken stop) throws InterruptedException {
        return monitor.await(this::isFired, stop);
    }

    /**
     * Waits until fired, stopped, or a time has passed.
     *
     * @param time measures the time
     * @param atMost how long to wait; zero or less not at all
     * @param stop ends the wait early
     * @return true if fired, false if not
     * @throws InterruptedException if the thread is interrupted; the flag is then clear
     */
    public boolean await(TimeSource time, Duration atMost, StopToken stop) throws InterruptedException {
        return monitor.await(this::isFired, time, atMost, stop);
    }
}
