package dev.backfill.store.jdbc;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.BackfillException;
import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * The queue of a store in a file: one at a time. Whoever owns the file holds each job that runs, whatever heartbeats say; a second
 * queue would take the first one's late heartbeat for its death. Thread-safe.
 */
final class SoleQueue implements JobQueue {
    private final JobQueue queue;
    private final AtomicReference<@Nullable SoleQueue> started;

    /**
     * Wraps a queue.
     *
     * @param queue what does the work
     * @param started the one that is between start and close, of all on the file; null in it for none
     */
    SoleQueue(JobQueue queue, AtomicReference<@Nullable SoleQueue> started) {
        this.queue = queue;
        this.started = started;
    }

    @Override
    public void start(Handler handler, Runnable onRoom) {
        requireNonNull(handler, "handler");
        if (!started.compareAndSet(null, this)) {
            throw new BackfillException(
                    JdbcPersistence.SETUP_CODE,
                    "Another engine runs on this store already, and a store in a file is for one engine at a time. Close the"
                            + " other one first, or let it run more jobs (maxConcurrentJobs of EngineConfig); engines that"
                            + " run side by side take a file each, or share a PostgreSQL (JdbcPersistence.dataSource).");
        }
        try {
            queue.start((id, hold) -> handler.run(id, () -> hasThePlace() && hold.isHeld()), onRoom);
        } catch (RuntimeException | Error failed) {
            started.compareAndSet(this, null);
            throw failed;
        }
    }

    @Override
    public boolean offer(JobId id) {
        return queue.offer(id);
    }

    @Override
    public int room() {
        return queue.room();
    }

    private boolean hasThePlace() {
        return started.get() == this;
    }

    /**
     * Another may start once the runs of this one are over, or were waited for as long as a queue waits: one that is still not over
     * has lost its hold by then, so that it hands over and stores nothing beside the next. The place is free even if closing fails.
     */
    @Override
    public void close() {
        try {
            queue.close();
        } finally {
            started.compareAndSet(this, null);
        }
    }
}
