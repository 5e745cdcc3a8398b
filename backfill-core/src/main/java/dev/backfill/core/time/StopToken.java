package dev.backfill.core.time;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.locks.ReentrantLock;

/**
 * The sign that a piece of work is to stop: a run, or a whole process as the parent of its runs. Once stopped it stays
 * stopped. Thread-safe.
 */
public final class StopToken {
    /** What was asked to be called at the stop. Thread-safe. */
    public interface Registration extends AutoCloseable {
        /** Forgets the call, unless it has begun. Does nothing when called again. */
        @Override
        void close();
    }

    private static final Registration NOTHING = () -> {};

    private final ReentrantLock lock = new ReentrantLock();
    private final Set<Hook> hooks = new LinkedHashSet<>();
    private volatile boolean stopped;

    /** Makes a token that nothing but {@link #stop()} stops. */
    public StopToken() {}

    /**
     * Makes a token that stops with this one; stopping the child leaves this one alone.
     *
     * @return a child, stopped at once if this token is
     */
    public StopToken child() {
        StopToken child = new StopToken();
        Registration registration = onStop(child::stop);
        // A child that stopped by itself must not be held by its parent for good.
        child.onStop(registration::close);
        return child;
    }

    /** {@return true once {@link #stop()} was called on this token or a parent} */
    public boolean isStopped() {
        return stopped;
    }

    /**
     * Stops, and calls on this thread what was registered, in the order of registration. Does nothing when called again.
     * A call that throws does not keep the others from being called; the first exception is thrown at the end.
     */
    public void stop() {
        List<Hook> called;
        lock.lock();
        try {
            if (stopped) {
                return;
            }
            stopped = true;
            called = new ArrayList<>(hooks);
            hooks.clear();
        } finally {
            lock.unlock();
        }
        runAll(called);
    }

    private static void runAll(List<Hook> called) {
        RuntimeException first = null;
        for (Hook hook : called) {
            try {
                hook.task.run();
            } catch (RuntimeException e) {
                if (first == null) {
                    first = e;
                } else {
                    first.addSuppressed(e);
                }
            }
        }
        if (first != null) {
            throw first;
        }
    }

    /**
     * Asks to be called at the stop, on the stopping thread; at once, on this thread, if already stopped.
     *
     * @param task what to call; short, never blocking
     * @return forgets the call
     */
    public Registration onStop(Runnable task) {
        requireNonNull(task, "task");
        Hook hook = new Hook(task);
        lock.lock();
        try {
            if (!stopped) {
                hooks.add(hook);
                return () -> forget(hook);
            }
        } finally {
            lock.unlock();
        }
        task.run();
        return NOTHING;
    }

    private void forget(Hook hook) {
        lock.lock();
        try {
            hooks.remove(hook);
        } finally {
            lock.unlock();
        }
    }

    /** One registration; its identity counts, so that the same task may be registered twice. */
    private static final class Hook {
        private final Runnable task;

        Hook(Runnable task) {
            this.task = task;
        }
    }
}
