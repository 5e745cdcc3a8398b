package dev.backfill.core.job;

import dev.backfill.api.BackfillManager.Subscription;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobId;
import dev.backfill.api.JobListener;
import dev.backfill.core.log.ErrorText;
import dev.backfill.core.time.Signal;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The listeners of an instance; none of them can break or hold up a job. All are called on one thread of their own,
 * {@code backfill-<manager>-events}, in the order in which events were told. Thread-safe.
 */
final class JobListeners {
    /** How many events may wait for slow listeners; beyond it only changes of state are kept. */
    static final int MAX_WAITING = 10_000;

    private static final Logger LOG = LoggerFactory.getLogger(JobListeners.class);
    private static final Duration CLOSE_WAIT = Duration.ofSeconds(2);
    private static final long IDLE_SECONDS = 10;

    private final List<JobListener> listeners = new CopyOnWriteArrayList<>();
    private final ThreadPoolExecutor thread;
    private final JobLocks locks = new JobLocks();
    private volatile @Nullable Thread delivering;
    private final AtomicBoolean warned = new AtomicBoolean();

    JobListeners(String manager) {
        thread = new ThreadPoolExecutor(1, 1, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), task -> {
            Thread events = new Thread(task, "backfill-" + manager + "-events");
            events.setDaemon(true);
            events.setUncaughtExceptionHandler(
                    (ended, error) -> LOG.error("A listener threw an error: {}", ErrorText.withStack(error)));
            return events;
        });
        thread.allowCoreThreadTimeOut(true);
    }

    @SuppressWarnings("UnnecessaryMethodReference") // a new object on purpose
    Subscription add(JobListener listener) {
        // Each registration is its own, even of the same listener.
        JobListener registered = listener::onEvent;
        listeners.add(registered);
        return () -> listeners.remove(registered);
    }

    boolean isEmpty() {
        return listeners.isEmpty();
    }

    /**
     * Changes a job's row and tells of it as one step, so that no later change of the same job, made by another thread, is
     * told before. Waits for such a change; changes of other jobs hold nobody up.
     *
     * @param id the job
     * @param change writes to the store, then calls {@link #tell}; must not do the same for another job
     */
    <T> T inOrder(JobId id, Supplier<T> change) {
        return locks.locked(id, change);
    }

    /** Hands an event to the listeners' thread and returns at once. */
    void tell(JobEvent event) {
        if (listeners.isEmpty()) {
            return;
        }
        if (!(event instanceof JobEvent.StateChanged) && thread.getQueue().size() >= MAX_WAITING) {
            if (warned.compareAndSet(false, true)) {
                LOG.warn("Listeners are too slow: {} events wait, news of progress is left out", MAX_WAITING);
            }
            return;
        }
        try {
            thread.execute(() -> deliver(event));
        } catch (RejectedExecutionException closed) {
            LOG.debug("An event of job {} came after the end", event.job().id());
        }
    }

    private void deliver(JobEvent event) {
        delivering = Thread.currentThread();
        try {
            deliverToAll(event);
        } finally {
            delivering = null;
        }
    }

    private void deliverToAll(JobEvent event) {
        for (JobListener listener : listeners) {
            try {
                listener.onEvent(event);
            } catch (RuntimeException | LinkageError | AssertionError | StackOverflowError broken) {
                LOG.warn(
                        "A listener failed on an event of job {}: {}",
                        event.job().id(),
                        ErrorText.withStack(broken));
            }
        }
    }

    /**
     * Delivers what waits, for two seconds at the most, and ends the thread. A listener that closes is not made to wait for
     * itself: what waits is delivered once it has returned.
     */
    void close(TimeSource time) {
        if (Thread.currentThread().equals(delivering)) {
            thread.shutdown();
            return;
        }
        Signal allDelivered = new Signal();
        try {
            thread.execute(allDelivered::fire);
            allDelivered.await(time, CLOSE_WAIT, new StopToken());
        } catch (RejectedExecutionException closedBefore) {
            LOG.trace("The listeners' thread has ended already");
        } catch (InterruptedException hurry) {
            Thread.currentThread().interrupt();
        } finally {
            thread.shutdownNow();
        }
    }
}
