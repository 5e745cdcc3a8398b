package dev.backfill.store.jdbc;

import com.github.kagkarlsson.scheduler.CurrentlyExecuting;
import com.github.kagkarlsson.scheduler.event.AbstractSchedulerListener;
import com.github.kagkarlsson.scheduler.task.Execution;
import dev.backfill.api.JobId;
import dev.backfill.spi.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.LongSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The runs under way on this instance, and their holds, fed by what db-scheduler tells of its heartbeats. Thread-safe;
 * db-scheduler calls the listener on the housekeeper's threads.
 */
final class JobHolds extends AbstractSchedulerListener {
    private static final Logger LOG = LoggerFactory.getLogger(JobHolds.class);

    private final QueueTables tables;
    private final DatabaseClock clock;
    private final Duration limit;
    private final LongSupplier nanos;
    private final LongSupplier round;
    private final Map<CurrentlyExecuting, RunHold> holds = new ConcurrentHashMap<>();

    /**
     * Watches over runs.
     *
     * @param tables the executions
     * @param clock the clock of their heartbeats
     * @param limit how old the last good heartbeat of a run may grow
     * @param nanos the monotonic clock
     * @param round when, by that clock, the present task of the calling housekeeper's thread began
     */
    JobHolds(QueueTables tables, DatabaseClock clock, Duration limit, LongSupplier nanos, LongSupplier round) {
        this.tables = tables;
        this.clock = clock;
        this.limit = limit;
        this.nanos = nanos;
        this.round = round;
    }

    /** Notes a run that begins. It may have been picked long ago, by the clock of whoever judges it dead. */
    RunHold begin(CurrentlyExecuting run) {
        Execution execution = run.getExecution();
        Instant now = clock.now();
        Instant picked = execution.lastHeartbeat == null ? now : execution.lastHeartbeat;
        RunHold hold = new RunHold(execution, Duration.between(picked, now), limit, nanos);
        holds.put(run, hold);
        return hold;
    }

    /** Forgets a run whose thread is free. */
    void end(CurrentlyExecuting run) {
        holds.remove(run);
    }

    /** The jobs that take a thread here, whoever holds them by now. */
    Set<JobId> running() {
        Set<JobId> jobs = new HashSet<>();
        holds.values().forEach(hold -> jobs.add(jobOf(hold.execution())));
        return jobs;
    }

    /** True if a run of just this execution is under way here. */
    boolean isRunning(Execution execution) {
        return holds.values().stream().anyMatch(hold -> hold.is(execution));
    }

    /** Takes their hold from runs of this execution, before somebody else gets it. */
    void lose(Execution execution) {
        holds.values().stream().filter(hold -> hold.is(execution)).forEach(RunHold::lose);
    }

    @Override
    public void onSchedulerEvent(SchedulerEventType type) {
        if (type == SchedulerEventType.RAN_UPDATE_HEARTBEATS) {
            // What counts is when the heartbeat was sent, at the earliest, and not when the answer came.
            long began = round.getAsLong();
            holds.values().forEach(hold -> hold.beaten(began));
        }
    }

    /** A row that is no longer ours, or a database that does not answer: for db-scheduler the two are one. */
    @Override
    public void onExecutionFailedHeartbeat(CurrentlyExecuting run) {
        RunHold hold = holds.get(run);
        if (hold == null) {
            return;
        }
        hold.failed(round.getAsLong());
        Execution execution = hold.execution();
        try {
            OptionalLong version = tables.version(jobOf(execution));
            if (version.isEmpty() || version.getAsLong() != execution.version) {
                LOG.debug("Job {} is no longer held by this instance", execution.getId());
                hold.lose();
            }
        } catch (StoreException down) {
            LOG.debug(
                    "The hold on job {} runs out unless the database answers: {}",
                    execution.getId(),
                    ErrorNames.of(down));
        }
    }

    static JobId jobOf(Execution execution) {
        return new JobId(execution.getId());
    }
}
