package dev.backfill.core.job;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.JobId;
import dev.backfill.core.log.ErrorText;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Runs the jobs of one process. It holds nothing that the store does not know: what it forgets, the engine's sweep offers
 * again. Thread-safe.
 *
 * <p>A job that waits for its time (it answered {@link Result.Again}) and is offered runs at once: whoever offers knows better.
 */
public final class InMemoryJobQueue implements JobQueue {
    /** How long {@link #close()} waits for runs under way. */
    public static final Duration CLOSE_WAIT = Duration.ofSeconds(10);

    private static final Logger LOG = LoggerFactory.getLogger(InMemoryJobQueue.class);

    private final Executor executor;
    private final @Nullable ExecutorService ownExecutor;
    private final TimeSource time;
    private final int room;
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<JobId, Slot> slots = new HashMap<>();
    private @Nullable Handler handler;
    private Runnable onRoom = () -> {};
    private boolean closed;

    /**
     * Makes a queue on the host's threads, which are left alone by {@link #close()}.
     *
     * @param executor runs each job for as long as it takes
     * @param room how many jobs it runs at once, 1 or more
     * @param time calls jobs back
     */
    public InMemoryJobQueue(Executor executor, int room, TimeSource time) {
        this(executor, null, room, time);
    }

    private InMemoryJobQueue(Executor executor, @Nullable ExecutorService ownExecutor, int room, TimeSource time) {
        this.executor = requireNonNull(executor, "executor");
        this.ownExecutor = ownExecutor;
        this.room = room;
        this.time = requireNonNull(time, "time");
    }

    /**
     * Makes a queue on daemon threads of its own, {@code backfill-<manager>-job-<n>}.
     *
     * @param manager the manager's name, for the names of the threads
     * @param threads how many jobs run at once, 1 or more
     * @param time calls jobs back
     * @return the queue
     */
    public static InMemoryJobQueue withThreads(String manager, int threads, TimeSource time) {
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, "backfill-" + manager + "-job-" + number.incrementAndGet());
            thread.setDaemon(true);
            // The pool puts another thread in its place.
            thread.setUncaughtExceptionHandler(
                    (ended, error) -> LOG.error("A run ended with an error: {}", ErrorText.withStack(error)));
            return thread;
        };
        ExecutorService own = Executors.newFixedThreadPool(threads, factory);
        return new InMemoryJobQueue(own, own, threads, time);
    }

    @Override
    public void start(Handler newHandler, Runnable newOnRoom) {
        requireNonNull(newHandler, "handler");
        requireNonNull(newOnRoom, "onRoom");
        lock.lock();
        try {
            if (handler != null) {
                throw new IllegalStateException("the queue is started already");
            }
            handler = newHandler;
            onRoom = newOnRoom;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public boolean offer(JobId id) {
        requireNonNull(id, "id");
        lock.lock();
        try {
            if (handler == null) {
                throw new IllegalStateException("start the queue before the first offer");
            }
            if (closed) {
                return false;
            }
            Slot slot = slots.computeIfAbsent(id, key -> new Slot());
            slot.cancelTimer();
            if (slot.state != State.IDLE) {
                return false;
            }
            hand(id, slot);
            return true;
        } finally {
            lock.unlock();
        }
    }

    @Override
    public int room() {
        lock.lock();
        try {
            long taken = slots.values().stream()
                    .filter(slot -> slot.state != State.IDLE)
                    .count();
            return closed ? 0 : (int) Math.max(0, room - taken);
        } finally {
            lock.unlock();
        }
    }

    /** Hands a job to the threads; called with the lock, so the executor must not run it on this thread. */
    private void hand(JobId id, Slot slot) {
        slot.state = State.WAITING;
        try {
            executor.execute(() -> run(id));
        } catch (RejectedExecutionException full) {
            slots.remove(id);
            LOG.warn("No thread takes job {}; it is offered again by the next sweep: {}", id, ErrorText.brief(full));
        }
    }

    private void run(JobId id) {
        Handler current = begin(id);
        if (current == null) {
            return;
        }
        Result result = new Result.Done();
        try {
            result = current.run(id, Hold.ALWAYS);
        } catch (RuntimeException broken) {
            LOG.error(
                    "The run of job {} ended with an error it should have handled: {}",
                    id,
                    ErrorText.withStack(broken));
        } finally {
            end(id, result);
        }
    }

    private @Nullable Handler begin(JobId id) {
        lock.lock();
        try {
            Slot slot = slots.get(id);
            if (closed || slot == null) {
                slots.remove(id);
                changed.signalAll();
                return null;
            }
            slot.state = State.RUNNING;
            return handler;
        } finally {
            lock.unlock();
        }
    }

    private void end(JobId id, Result result) {
        lock.lock();
        try {
            Slot slot = slots.get(id);
            if (slot == null) {
                return;
            }
            slot.state = State.IDLE;
            if (closed) {
                slots.remove(id);
            } else if (result instanceof Result.Again later) {
                handLater(id, slot, Duration.between(time.instant(), later.at()));
            } else {
                slots.remove(id);
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        onRoom.run();
    }

    private void handLater(JobId id, Slot slot, Duration delay) {
        if (delay.isNegative() || delay.isZero()) {
            hand(id, slot);
        } else {
            slot.timer = time.schedule(delay, () -> offer(id));
        }
    }

    /**
     * {@inheritDoc}
     *
     * <p>Ten seconds are counted by the time source. Threads of the queue's own that still run after them are interrupted.
     */
    @Override
    public void close() {
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            slots.values().removeIf(slot -> {
                slot.cancelTimer();
                return slot.state == State.IDLE || slot.state == State.WAITING;
            });
            awaitRuns();
        } finally {
            lock.unlock();
        }
        if (ownExecutor != null) {
            ownExecutor.shutdownNow();
        }
    }

    private void awaitRuns() {
        boolean[] late = {false};
        TimeSource.Timer limit = time.schedule(CLOSE_WAIT, () -> {
            lock.lock();
            try {
                late[0] = true;
                changed.signalAll();
            } finally {
                lock.unlock();
            }
        });
        try {
            while (!slots.isEmpty() && !late[0]) {
                changed.await();
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
        } finally {
            limit.cancel();
        }
    }

    private enum State {
        IDLE,
        WAITING,
        RUNNING
    }

    /** What the queue knows of a job; guarded by the queue's lock. */
    private static final class Slot {
        private State state = State.IDLE;
        private TimeSource.@Nullable Timer timer;

        void cancelTimer() {
            if (timer != null) {
                timer.cancel();
                timer = null;
            }
        }
    }
}
