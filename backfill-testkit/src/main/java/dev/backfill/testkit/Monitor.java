package dev.backfill.testkit;

import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A lock and its condition: every change wakes those who wait, who wait for {@link ManualTime#PATIENCE} at the most. */
final class Monitor {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();

    <T extends @Nullable Object> T locked(Supplier<T> work) {
        lock.lock();
        try {
            return work.get();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    void run(Runnable work) {
        lock.lock();
        try {
            work.run();
        } finally {
            changed.signalAll();
            lock.unlock();
        }
    }

    void await(BooleanSupplier condition, Supplier<String> what) {
        lock.lock();
        try {
            long left = ManualTime.PATIENCE.toNanos();
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("waited " + ManualTime.PATIENCE + " of real time for " + what.get());
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what.get(), interrupted);
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the condition holds (true), or the end has come or an interrupt does (false, with the flag set). */
    boolean waitOrEnd(BooleanSupplier condition, BooleanSupplier end) {
        lock.lock();
        try {
            long left = 2 * ManualTime.PATIENCE.toNanos();
            while (!condition.getAsBoolean() && !end.getAsBoolean() && left > 0) {
                left = changed.awaitNanos(left);
            }
            return condition.getAsBoolean();
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return false;
        } finally {
            lock.unlock();
        }
    }

    /** Waits until the condition holds, whatever interrupts; the flag of one that came meanwhile is set afterwards. */
    boolean waitDeaf(BooleanSupplier condition) {
        boolean interrupted = false;
        lock.lock();
        try {
            long left = 2 * ManualTime.PATIENCE.toNanos();
            while (!condition.getAsBoolean() && left > 0) {
                try {
                    left = changed.awaitNanos(left);
                } catch (InterruptedException ignored) {
                    interrupted = true;
                }
            }
            return true;
        } finally {
            lock.unlock();
            if (interrupted) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
