package dev.backfill.core.pipeline;

import org.jspecify.annotations.Nullable;

/**
 * A task that can be interrupted while it runs, and only then: a pooled thread never carries an interrupt into the next task.
 * Thread-safe.
 */
final class Interruptible implements Runnable {
    private final Runnable task;
    private final Object lock = new Object();
    private @Nullable Thread thread;

    Interruptible(Runnable task) {
        this.task = task;
    }

    @Override
    public void run() {
        synchronized (lock) {
            thread = Thread.currentThread();
        }
        try {
            task.run();
        } finally {
            synchronized (lock) {
                thread = null;
                Thread.interrupted();
            }
        }
    }

    void interrupt() {
        synchronized (lock) {
            if (thread != null) {
                thread.interrupt();
            }
        }
    }
}
