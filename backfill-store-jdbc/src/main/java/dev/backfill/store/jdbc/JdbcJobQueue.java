package dev.backfill.store.jdbc;

import static java.util.Objects.requireNonNull;

import com.github.kagkarlsson.scheduler.Scheduler;
import com.github.kagkarlsson.scheduler.SchedulerName;
import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Jobs handed out by db-scheduler, on one instance or many that share a database: what one offers another may run, and what a
 * dead one held the others take over. Thread-safe; {@link #start}, {@link #offer} and {@link #room} throw
 * {@link StoreException} when the database cannot be reached.
 *
 * <p>A job that waits for its time (it answered {@link Result.Again}) and is offered runs at once: whoever offers knows better.
 */
final class JdbcJobQueue implements JobQueue {
    /** How often the database's time is read. */
    static final Duration CLOCK_SYNC = Duration.ofMinutes(1);

    private static final Logger LOG = LoggerFactory.getLogger(JdbcJobQueue.class);
    /** db-scheduler cuts a name at 50, and two names that are one after it would be one instance. */
    private static final int NAME = 41;

    private static final int SUFFIX = 8;

    private final String instance;
    private final int slots;
    private final QueueTables tables;
    private final QueueTimings timings;
    private final Supplier<Instant> databaseTime;
    private final LongSupplier nanos;
    private final SleepTime elapsed;
    private final String schedulerName;
    private final ReentrantLock lock = new ReentrantLock();
    private volatile boolean closed;
    private volatile @Nullable Running running;

    /** What there is between start and close. */
    private record Running(Scheduler scheduler, DatabaseClock clock, JobHolds holds, QueueThreads threads) {}

    /**
     * Makes a queue.
     *
     * @param instance the engine's name
     * @param slots how many jobs it runs at once, 1 or more
     * @param tables where the executions are
     * @param timings how quick it is
     */
    JdbcJobQueue(String instance, int slots, QueueTables tables, QueueTimings timings) {
        this(instance, slots, tables, timings, tables::time, MonotonicTime.SYSTEM, MonotonicTime.WALL_MILLIS);
    }

    /** With other clocks, for tests. */
    JdbcJobQueue(
            String instance,
            int slots,
            QueueTables tables,
            QueueTimings timings,
            Supplier<Instant> databaseTime,
            LongSupplier nanos,
            LongSupplier wallMillis) {
        if (slots < 1) {
            throw new IllegalArgumentException("slots must be 1 or more");
        }
        this.instance = requireNonNull(instance, "instance");
        this.slots = slots;
        this.tables = tables;
        this.timings = timings;
        this.databaseTime = databaseTime;
        this.nanos = nanos;
        this.elapsed = new SleepTime(nanos, wallMillis);
        // A name of its own each time: what an instance of the same name left behind when it died takes no room here.
        this.schedulerName = instance.substring(0, Math.min(NAME, instance.length()))
                + "#"
                + UUID.randomUUID().toString().substring(0, SUFFIX);
    }

    @Override
    public void start(Handler handler, Runnable onRoom) {
        requireNonNull(handler, "handler");
        requireNonNull(onRoom, "onRoom");
        lock.lock();
        try {
            if (running != null || closed) {
                throw new IllegalStateException("the queue is started already, or closed");
            }
            Running made = make(handler, onRoom);
            running = made;
            made.scheduler().start();
            every(made.threads(), Duration.ZERO, timings.safetyNet(), () -> adopt(made.clock()));
            every(made.threads(), CLOCK_SYNC, CLOCK_SYNC, made.clock()::sync);
            every(made.threads(), timings.polling(), timings.polling(), () -> wakeUp(made.clock()));
        } finally {
            lock.unlock();
        }
    }

    private Running make(Handler handler, Runnable onRoom) {
        DatabaseClock clock = new DatabaseClock(databaseTime, nanos, elapsed::slept);
        QueueThreads threads = new QueueThreads(instance, slots, elapsed);
        JobHolds holds = new JobHolds(tables, clock, timings.holdFor(), elapsed, threads::round);
        JobTask jobTask = new JobTask(handler, holds, clock, tables.dialect().exclusive(), () -> closed);
        Scheduler scheduler = Scheduler.create(tables.dataSource(), List.of(jobTask.task()))
                .schedulerName(new SchedulerName.Fixed(schedulerName))
                .tableName(tables.executions())
                .jdbcCustomization(tables.dialect().customization())
                .commitWhenAutocommitDisabled(true)
                .clock(clock)
                .threads(slots)
                .executorService(threads.jobs(() -> freed(jobTask, onRoom)))
                .dueExecutor(threads.poller())
                .housekeeperExecutor(threads.keepers())
                .pollingInterval(timings.polling())
                // What is fetched beyond the free threads would wait here while other instances idle.
                .pollUsingLockAndFetch(0.0, 1.0)
                .heartbeatInterval(timings.heartbeat())
                .missedHeartbeatsLimit(timings.missedHeartbeats())
                .shutdownMaxWait(timings.closeWait())
                .addSchedulerListener(holds)
                .build();
        return new Running(scheduler, clock, holds, threads);
    }

    /** A thread is free, for db-scheduler too, so that what waits need not wait for the next poll. */
    private void freed(JobTask task, Runnable onRoom) {
        task.afterRun();
        wake();
        onRoom.run();
    }

    private void wake() {
        Running current = running;
        if (current != null && !closed) {
            current.scheduler().triggerCheckForDueExecutions();
        }
    }

    /** After a sleep of the machine nothing begins here before the database's time is read again. */
    private static void wakeUp(DatabaseClock clock) {
        if (!clock.isCurrent()) {
            clock.sync();
        }
    }

    private void adopt(DatabaseClock clock) {
        int adopted = tables.adoptOrphans(clock.now());
        if (adopted > 0) {
            LOG.info("{} jobs were running without anybody to run them; they are handed out again", adopted);
            wake();
        }
    }

    /** An error would end the repetition, so the next turn tries again. */
    private static void every(QueueThreads threads, Duration first, Duration interval, Runnable work) {
        Runnable safe = () -> {
            try {
                work.run();
            } catch (RuntimeException down) {
                LOG.warn("The queue's upkeep failed; the next turn follows: {}", ErrorNames.of(down));
            }
        };
        Future<?> unused = threads.keepers()
                .scheduleWithFixedDelay(safe, first.toMillis(), interval.toMillis(), TimeUnit.MILLISECONDS);
    }

    /** Reads the database's time and looks for due jobs at once; for tests that move it. */
    void syncClock() {
        Running current = running;
        if (current != null) {
            current.clock().sync();
            wake();
        }
    }

    @Override
    public boolean offer(JobId id) {
        requireNonNull(id, "id");
        Running current = running;
        if (closed) {
            return false;
        }
        if (current == null) {
            throw new IllegalStateException("start the queue before the first offer");
        }
        boolean taken = tables.offer(id, current.clock().now());
        if (taken) {
            wake();
        }
        return taken;
    }

    @Override
    public int room() {
        Running current = running;
        if (closed) {
            return 0;
        }
        if (current == null) {
            return slots;
        }
        // A run whose row somebody else has by now still has its thread; a row just picked has none yet.
        Set<JobId> mine = new HashSet<>(current.holds().running());
        int waiting = 0;
        for (QueueTables.Taken taken :
                tables.taken(schedulerName, current.clock().now(), 2 * slots)) {
            if (taken.picked()) {
                mine.add(taken.job());
            } else {
                waiting++;
            }
        }
        return Math.max(0, slots - mine.size() - waiting);
    }

    @Override
    public void close() {
        Running current;
        lock.lock();
        try {
            if (closed) {
                return;
            }
            closed = true;
            current = running;
        } finally {
            lock.unlock();
        }
        if (current != null) {
            current.scheduler().stop();
            if (current.threads().wasInterrupted()) {
                Thread.currentThread().interrupt();
            }
        }
    }
}
