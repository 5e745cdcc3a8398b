package dev.backfill.core.time;

import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A lock with one condition, whose waits end at a stop, an interrupt or a time, and never poll. State that several threads
 * change is kept beside a monitor and touched only inside its methods. Thread-safe.
 */
public final class Monitor {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    /** Makes a monitor. */
    public Monitor() {}

    /**
     * Changes the guarded state and wakes every waiter.
     *
     * @param change what to do under the lock; short, must not block
     */
    public void change(Runnable change) {
        lock.lock();
        try {
            change.run();
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Reads the guarded state.
     *
     * @param <T> what is read
     * @param reader what to do under the lock; short, must not block or change anything a waiter waits for
     * @return what the reader gave
     */
    public <T extends @Nullable Object> T read(Supplier<T> reader) {
        lock.lock();
        try {
            return reader.get();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Waits until a condition holds or the work is stopped.
     *
     * @param condition checked under the lock, first at once and then after each change
     * @param stop ends the wait early
     * @return true if the condition held, false if only the work was stopped
     * @throws InterruptedException if the thread is interrupted; the flag is then clear
     */
    public boolean await(BooleanSupplier condition, StopToken stop) throws InterruptedException {
        StopToken.Registration registration = stop.onStop(this::wake);
        try {
            return awaitUnless(condition, stop::isStopped);
        } finally {
            registration.close();
        }
    }

    /**
     * Waits until a condition holds, the work is stopped, or a time has passed.
     *
     * @param condition checked under the lock, first at once and then after each change
     * @param time measures the time
     * @param atMost how long to wait; zero or less not at all
     * @param stop ends the wait early
     * @return true if the condition held, false if not
     * @throws InterruptedException if the thread is interrupted; the flag is then clear
     */
    public boolean await(BooleanSupplier condition, TimeSource time, Duration atMost, StopToken stop)
            throws InterruptedException {
        if (atMost.isNegative() || atMost.isZero()) {
            return read(condition::getAsBoolean);
        }
        Alarm alarm = new Alarm();
        TimeSource.Timer timer = time.schedule(atMost, () -> change(alarm::ring));
        StopToken.Registration registration = stop.onStop(this::wake);
        try {
            return awaitUnless(condition, () -> alarm.rung || stop.isStopped());
        } finally {
            registration.close();
            timer.cancel();
        }
    }

    private boolean awaitUnless(BooleanSupplier condition, BooleanSupplier over) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            while (!condition.getAsBoolean()) {
                if (over.getAsBoolean()) {
                    return false;
                }
                changed.await();
            }
            return true;
        } finally {
            lock.unlock();
        }
    }

    private void wake() {
        change(() -> {});
    }

    /** Says that the time has passed; touched under the lock only. */
    private static final class Alarm {
        private boolean rung;

        void ring() {
            rung = true;
        }
    }
}
