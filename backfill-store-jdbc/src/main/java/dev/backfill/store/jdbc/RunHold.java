package dev.backfill.store.jdbc;

import com.github.kagkarlsson.scheduler.task.Execution;
import dev.backfill.spi.JobQueue;
import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * The hold of one run on its job: kept by heartbeats, lost when the last good one is too old or somebody else has the row.
 * Once lost it stays lost. Thread-safe; asks no database and takes no lock.
 */
final class RunHold implements JobQueue.Hold {
    private final Execution execution;
    private final LongSupplier nanos;
    private final long limit;
    private final long begun;
    private volatile long good;
    private volatile boolean lost;
    private long failed;

    /**
     * Begins a hold.
     *
     * @param execution what is run
     * @param age how old its last heartbeat, or its picking, is by now
     * @param limit how old the last good heartbeat may grow
     * @param nanos the monotonic clock
     */
    RunHold(Execution execution, Duration age, Duration limit, LongSupplier nanos) {
        this.execution = execution;
        this.nanos = nanos;
        this.limit = limit.toNanos();
        this.begun = nanos.getAsLong();
        this.good = begun - Math.max(0, age.toNanos());
        this.failed = begun - 1;
    }

    @Override
    public boolean isHeld() {
        if (!lost && nanos.getAsLong() - good >= limit) {
            // For good: a heartbeat that was only late must not bring back a run that has stopped in part.
            lost = true;
        }
        return !lost;
    }

    /** The row is somebody else's, or gone. */
    void lose() {
        lost = true;
    }

    /** A heartbeat of the round that began then did not get through. Called on the thread of the round. */
    void failed(long round) {
        failed = round;
    }

    /** The round of heartbeats that began then is over. Called on the thread of the round. */
    void beaten(long round) {
        // A run that began within the round may not have been in it.
        if (round - begun >= 0 && failed != round) {
            good = round;
        }
    }

    /** True if this is the execution, in the version that was picked. */
    boolean is(Execution other) {
        return execution.version == other.version && execution.taskInstance.equals(other.taskInstance);
    }

    Execution execution() {
        return execution;
    }
}
