package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Time that a test moves by hand, so that no test sleeps. Thread-safe.
 *
 * <p>Wall clock and monotonic clock are two counters that start at different values and not at zero, so that code which mixes
 * them up is found out. {@link #advance(Duration)} moves both, {@link #jumpWall(Duration)} the wall clock alone. Timers run on
 * the thread that advances, in the order in which they fall due, each at exactly its own time.
 *
 * <p>A test that wants to see the engine wait calls {@link #awaitTimer(Duration)} before it advances: it blocks until the
 * engine has asked for such a wait. Waiting for the other threads of a test takes real time, at most {@link #PATIENCE}.
 *
 * <pre>{@code
 * ManualTime time = new ManualTime();
 * manager.start(request);                      // the fake provider answers 429 with Retry-After: 30
 * time.awaitTimer(Duration.ofSeconds(30));     // the engine waits
 * time.advance(Duration.ofSeconds(30));        // and goes on
 * }</pre>
 */
public final class ManualTime implements TimeSource {
    /** Where the wall clock starts unless a test says otherwise. */
    public static final Instant DEFAULT_START = Instant.parse("2026-02-03T04:05:06Z");

    /** How long, in real time, a test waits for its own threads before it fails. */
    public static final Duration PATIENCE = Duration.ofSeconds(30);

    private static final long FIRST_NANOS = 7_000_000_000_007L;

    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final TreeSet<Task> tasks = new TreeSet<>(Task.ORDER);
    private final ReentrantLock advancing = new ReentrantLock();
    private volatile Now now;
    private final AtomicLong activity = new AtomicLong();
    private long lastNumber;

    /** Starts at {@link #DEFAULT_START}. */
    public ManualTime() {
        this(DEFAULT_START);
    }

    /**
     * Starts at a time.
     *
     * @param start the first wall clock time
     */
    public ManualTime(Instant start) {
        this.now = new Now(requireNonNull(start, "start"), FIRST_NANOS);
    }

    @Override
    public Instant instant() {
        touch();
        return now.wall();
    }

    @Override
    public long nanoTime() {
        touch();
        return now.nanos();
    }

    /**
     * {@inheritDoc}
     *
     * <p>Here the task runs within {@link #advance(Duration)}, on the thread that advances; one that is due at once runs with
     * the next call of it, even one of no time at all.
     */
    @Override
    public Timer schedule(Duration delay, Runnable task) {
        requireNonNull(task, "task");
        Duration positive = delay.isNegative() ? Duration.ZERO : delay;
        lock.lock();
        try {
            Task entry = new Task(now.nanos() + positive.toNanos(), ++lastNumber, positive, task);
            tasks.add(entry);
            touch();
            changed.signalAll();
            return () -> cancel(entry);
        } finally {
            lock.unlock();
        }
    }

    private void cancel(Task entry) {
        lock.lock();
        try {
            if (tasks.remove(entry)) {
                touch();
                changed.signalAll();
            }
        } finally {
            lock.unlock();
        }
    }

    /**
     * Moves both clocks and runs what falls due meanwhile, also what these tasks schedule, on this thread. A second thread
     * that advances waits for the first.
     *
     * @param duration how far, zero or more
     * @throws IllegalStateException if a task that runs now calls it
     */
    public void advance(Duration duration) {
        if (duration.isNegative()) {
            throw new IllegalArgumentException("time does not go back: " + duration);
        }
        if (advancing.isHeldByCurrentThread()) {
            throw new IllegalStateException("a timer's task must not move the time");
        }
        advancing.lock();
        try {
            long target = now.nanos() + duration.toNanos();
            for (Runnable due = next(target); due != null; due = next(target)) {
                due.run();
            }
        } finally {
            advancing.unlock();
        }
    }

    /** Moves the clocks to the earliest task up to the target and takes it out, or moves them to the target. */
    private @Nullable Runnable next(long target) {
        lock.lock();
        try {
            touch();
            if (tasks.isEmpty() || tasks.first().dueNanos() > target) {
                moveTo(target);
                return null;
            }
            Task first = tasks.first();
            tasks.remove(first);
            moveTo(first.dueNanos());
            changed.signalAll();
            return first.action();
        } finally {
            lock.unlock();
        }
    }

    private void moveTo(long nanos) {
        long step = nanos - now.nanos();
        if (step > 0) {
            now = new Now(now.wall().plusNanos(step), nanos);
        }
    }

    /**
     * Moves the wall clock alone, as a person or a time service does. No timer runs.
     *
     * @param duration how far; negative for back
     */
    public void jumpWall(Duration duration) {
        lock.lock();
        try {
            now = new Now(now.wall().plus(duration), now.nanos());
            touch();
        } finally {
            lock.unlock();
        }
    }

    /** {@return how many timers are still to run} */
    public int pending() {
        lock.lock();
        try {
            return tasks.size();
        } finally {
            lock.unlock();
        }
    }

    /**
     * Tells when the next timer runs.
     *
     * @return how far the time must move, zero if one is due already
     * @throws IllegalStateException if no timer is to run
     */
    public Duration nextDelay() {
        lock.lock();
        try {
            if (tasks.isEmpty()) {
                throw new IllegalStateException("nobody waits for the time");
            }
            return Duration.ofNanos(Math.max(0, tasks.first().dueNanos() - now.nanos()));
        } finally {
            lock.unlock();
        }
    }

    /**
     * Blocks until at least some timers are to run.
     *
     * @param count how many
     * @throws AssertionError after {@link #PATIENCE} of real time, or if interrupted
     */
    public void awaitPending(int count) {
        await(() -> tasks.size() >= count, "at least " + count + " timers");
    }

    /**
     * Blocks until a timer is to run that was asked for with just this delay, so that a test need not care which others run
     * beside it.
     *
     * @param delay the delay it was scheduled with
     * @throws AssertionError after {@link #PATIENCE} of real time, or if interrupted
     */
    public void awaitTimer(Duration delay) {
        awaitTimer(delay, delay);
    }

    /**
     * Blocks until a timer is to run that was asked for with a delay between two bounds, for waits with jitter.
     *
     * @param least the least delay it was scheduled with
     * @param most the greatest delay it was scheduled with
     * @throws AssertionError after {@link #PATIENCE} of real time, or if interrupted
     */
    public void awaitTimer(Duration least, Duration most) {
        await(
                () -> tasks.stream()
                        .anyMatch(task -> task.delay().compareTo(least) >= 0
                                && task.delay().compareTo(most) <= 0),
                "a timer of " + least + " to " + most);
    }

    private void await(BooleanSupplier condition, String what) {
        lock.lock();
        try {
            long left = PATIENCE.toNanos();
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("waited " + PATIENCE + " of real time for " + what + "; pending are "
                            + tasks.stream().map(Task::delay).toList());
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, interrupted);
        } finally {
            lock.unlock();
        }
    }

    /**
     * Lets the time run by itself, for tests of whole jobs that wait and retry: a daemon thread moves it from one timer to the
     * next whenever nobody has asked for the time, scheduled or cancelled for a moment of real time. So hours of virtual
     * waiting pass in milliseconds, while work that is under way holds the time still: work that looks at the clock, and for
     * a second of this process's processor time, or ten seconds if it gets none, also a thread that is at work without looking,
     * or that a busy machine lets wait for a processor. A thread that waits for an answer of another process is taken for idle.
     * So is, but for Linux, a virtual thread, and one that was woken and has not run yet; there a test needs a machine with
     * processors to spare.
     *
     * @param quiet how much real time without a sign of work counts as rest, 1 ms or more; 3 ms suits in-memory tests
     * @param atMost how far the time may run in all; then it stands still, so that a job that never ends is found out
     * @return stops the running; closing it waits until a task that runs now has ended
     */
    public AutoAdvance autoAdvance(Duration quiet, Duration atMost) {
        return AutoAdvance.start(this, quiet, atMost);
    }

    /**
     * Does something while the time runs by itself, see {@link #autoAdvance}.
     *
     * @param quiet how much real time without a sign of work counts as rest, 1 ms or more
     * @param atMost how far the time may run in all
     * @param task what is done, on the calling thread
     */
    public void runDuring(Duration quiet, Duration atMost, Runnable task) {
        AutoAdvance running = autoAdvance(quiet, atMost);
        try {
            task.run();
        } finally {
            running.close();
        }
    }

    /** Waits for rest and a timer before the end, then runs it. False when stopped. */
    boolean advanceWhenQuiet(long quietNanos, long endNanos, BooleanSupplier stopped) throws InterruptedException {
        lock.lockInterruptibly();
        try {
            long seen = activity.get();
            long left = quietNanos;
            Patience patience = new Patience();
            while (left > 0 || standsStill(endNanos) || isWorkUnderWay(seen, patience)) {
                if (left <= 0) {
                    left = quietNanos;
                }
                if (stopped.getAsBoolean()) {
                    return false;
                }
                left = changed.awaitNanos(standsStill(endNanos) ? TimeUnit.SECONDS.toNanos(1) : left);
                if (activity.get() != seen) {
                    seen = activity.get();
                    left = quietNanos;
                    patience = new Patience();
                }
            }
        } finally {
            lock.unlock();
        }
        advance(nextDelayOrZero());
        return true;
    }

    /** The lock is held while the threads are looked at: who came meanwhile to ask for a timer waits for it, and looks idle. */
    private boolean isWorkUnderWay(long seen, Patience patience) {
        return (patience.isLeft() && Workers.areAtWork()) || lock.hasQueuedThreads() || activity.get() != seen;
    }

    /** There is no timer before the end yet; a thread that starts late may ask for one. */
    private boolean standsStill(long endNanos) {
        return tasks.isEmpty() || tasks.first().dueNanos() > endNanos;
    }

    private Duration nextDelayOrZero() {
        lock.lock();
        try {
            return tasks.isEmpty() ? Duration.ZERO : nextDelay();
        } finally {
            lock.unlock();
        }
    }

    void wake() {
        lock.lock();
        try {
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    private void touch() {
        activity.incrementAndGet();
    }

    private record Now(Instant wall, long nanos) {}

    private record Task(long dueNanos, long number, Duration delay, Runnable action) {
        static final Comparator<Task> ORDER =
                Comparator.comparingLong(Task::dueNanos).thenComparingLong(Task::number);
    }
}
