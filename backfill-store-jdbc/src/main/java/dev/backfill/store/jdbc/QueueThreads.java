package dev.backfill.store.jdbc;

import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The threads of one queue, all daemons: {@code backfill-<instance>-job-<n>} run jobs, {@code -poll} looks for due ones,
 * {@code -keep-<n>} beat, look for the dead and for what was lost. Thread-safe.
 */
final class QueueThreads {
    /** How long an interrupted run may take to end before closing goes on without it. */
    private static final long GRACE_MILLIS = 1_000;

    private static final long IDLE_SECONDS = 10;
    private static final int KEEPERS = 2;

    private final String prefix;
    private final int slots;
    private final AtomicBoolean interrupted = new AtomicBoolean();
    private final ExecutorService poller;
    private final Keepers keepers;

    /**
     * Makes the executors; their threads start with their tasks.
     *
     * @param instance the instance's name
     * @param slots how many jobs run at once
     * @param nanos the monotonic clock
     */
    QueueThreads(String instance, int slots, LongSupplier nanos) {
        this.prefix = "backfill-" + instance + "-";
        this.slots = slots;
        this.poller = Executors.newSingleThreadExecutor(task -> daemon(task, prefix + "poll"));
        this.keepers = new Keepers(numbered(prefix + "keep-"), nanos);
    }

    /**
     * Makes the threads that run jobs. Called once.
     *
     * @param afterJob called on a job's thread when db-scheduler is through with what it ran there
     */
    ExecutorService jobs(Runnable afterJob) {
        return new Jobs(slots, numbered(prefix + "job-"), afterJob, interrupted);
    }

    /** True if the thread that waited for the jobs to end was interrupted; db-scheduler loses that. */
    boolean wasInterrupted() {
        return interrupted.get();
    }

    ExecutorService poller() {
        return poller;
    }

    ScheduledThreadPoolExecutor keepers() {
        return keepers;
    }

    /** When the present task of the calling keeper began; on any other thread just now. */
    long round() {
        return keepers.round();
    }

    private static ThreadFactory numbered(String prefix) {
        AtomicInteger number = new AtomicInteger();
        return task -> daemon(task, prefix + number.incrementAndGet());
    }

    private static Thread daemon(Runnable task, String name) {
        Thread thread = new Thread(task, name);
        thread.setDaemon(true);
        return thread;
    }

    /** Knows when db-scheduler has done with a run: its own count of free threads is right only then. */
    private static final class Jobs extends ThreadPoolExecutor {
        private final Runnable afterJob;
        private final AtomicBoolean waiterInterrupted;
        private volatile boolean interrupted;

        Jobs(int slots, ThreadFactory factory, Runnable afterJob, AtomicBoolean waiterInterrupted) {
            super(slots, slots, IDLE_SECONDS, TimeUnit.SECONDS, new LinkedBlockingQueue<>(), factory);
            this.afterJob = afterJob;
            this.waiterInterrupted = waiterInterrupted;
            allowCoreThreadTimeOut(true);
        }

        @Override
        protected void afterExecute(Runnable task, @Nullable Throwable error) {
            super.afterExecute(task, error);
            afterJob.run();
        }

        @Override
        public List<Runnable> shutdownNow() {
            interrupted = true;
            return super.shutdownNow();
        }

        /** db-scheduler waits as long again after it has interrupted what runs; a run that does not heed it is not worth that. */
        @Override
        public boolean awaitTermination(long timeout, TimeUnit unit) throws InterruptedException {
            long millis = unit.toMillis(timeout);
            try {
                return super.awaitTermination(
                        interrupted ? Math.min(millis, GRACE_MILLIS) : millis, TimeUnit.MILLISECONDS);
            } catch (InterruptedException stopped) {
                waiterInterrupted.set(true);
                throw stopped;
            }
        }
    }

    /** Notes when each task began: a heartbeat counts from before it was sent. */
    private static final class Keepers extends ScheduledThreadPoolExecutor {
        private final LongSupplier nanos;
        private final ThreadLocal<@Nullable Long> began = new ThreadLocal<>();

        Keepers(ThreadFactory factory, LongSupplier nanos) {
            super(KEEPERS, factory);
            this.nanos = nanos;
        }

        @Override
        protected void beforeExecute(Thread thread, Runnable task) {
            began.set(nanos.getAsLong());
            super.beforeExecute(thread, task);
        }

        long round() {
            Long own = began.get();
            return own == null ? nanos.getAsLong() : own;
        }
    }
}
