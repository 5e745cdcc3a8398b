package dev.backfill.core.time;

import dev.backfill.core.log.ErrorText;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The machine's time. Its one daemon thread, {@code backfill-time}, starts with the first task and ends with
 * {@link #close()}. Thread-safe.
 */
public final class SystemTime implements TimeSource, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(SystemTime.class);

    private final ScheduledThreadPoolExecutor scheduler;

    /** Makes a time source; starts no thread yet. */
    public SystemTime() {
        scheduler = new ScheduledThreadPoolExecutor(1, SystemTime::newThread);
        // A cancelled wait of an hour must not be remembered for an hour.
        scheduler.setRemoveOnCancelPolicy(true);
    }

    private static Thread newThread(Runnable work) {
        Thread thread = new Thread(work, "backfill-time");
        thread.setDaemon(true);
        return thread;
    }

    @Override
    public Instant instant() {
        // As exact as a database keeps it, so that what a host is told first and what it reads later are the same.
        return Instant.now().truncatedTo(ChronoUnit.MICROS);
    }

    @Override
    public long nanoTime() {
        return System.nanoTime();
    }

    /**
     * Calls a task once after a delay, on the thread {@code backfill-time}.
     *
     * @param delay how long to wait; zero or less for as soon as possible
     * @param task what to call; an exception of it is logged and does no more harm
     * @return cancels the call, if it has not begun
     * @throws java.util.concurrent.RejectedExecutionException after {@link #close()}
     */
    @Override
    public Timer schedule(Duration delay, Runnable task) {
        long nanos = Math.max(0, Waits.saturatedNanos(delay));
        Future<?> future = scheduler.schedule(() -> runLogged(task), nanos, TimeUnit.NANOSECONDS);
        return () -> future.cancel(false);
    }

    private static void runLogged(Runnable task) {
        try {
            task.run();
        } catch (RuntimeException e) {
            LOG.error("A timed task failed; this is a defect of the task: {}", ErrorText.withStack(e));
        }
    }

    /** Ends the thread and forgets every task that has not begun. Does nothing when called again. */
    @Override
    public void close() {
        scheduler.shutdownNow();
    }
}
