package dev.backfill.store.jdbc;

import com.github.kagkarlsson.scheduler.CurrentlyExecuting;
import com.github.kagkarlsson.scheduler.exceptions.ExecutionException;
import com.github.kagkarlsson.scheduler.task.CompletionHandler;
import com.github.kagkarlsson.scheduler.task.Execution;
import com.github.kagkarlsson.scheduler.task.ExecutionComplete;
import com.github.kagkarlsson.scheduler.task.ExecutionContext;
import com.github.kagkarlsson.scheduler.task.ExecutionOperations;
import com.github.kagkarlsson.scheduler.task.TaskInstance;
import com.github.kagkarlsson.scheduler.task.helper.CustomTask;
import com.github.kagkarlsson.scheduler.task.helper.Tasks;
import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What db-scheduler does with a job: hands it to the engine, settles its row afterwards, and hands out again what a dead
 * instance held. Thread-safe; called on the threads of the queue.
 */
final class JobTask {
    private static final Logger LOG = LoggerFactory.getLogger(JobTask.class);

    private final JobQueue.Handler handler;
    private final JobHolds holds;
    private final DatabaseClock clock;
    private final boolean exclusive;
    private final BooleanSupplier closed;
    private final Map<Thread, CurrentlyExecuting> present = new ConcurrentHashMap<>();

    /**
     * Makes the task.
     *
     * @param handler runs jobs
     * @param holds the runs under way
     * @param clock the scheduler's clock
     * @param exclusive true if no other process can run the jobs
     * @param closed true once nothing may begin any more
     */
    JobTask(JobQueue.Handler handler, JobHolds holds, DatabaseClock clock, boolean exclusive, BooleanSupplier closed) {
        this.handler = handler;
        this.holds = holds;
        this.clock = clock;
        this.exclusive = exclusive;
        this.closed = closed;
    }

    /** The task as db-scheduler wants it. */
    CustomTask<Void> task() {
        return Tasks.custom(QueueTables.TASK, Void.class)
                .onDeadExecution(this::revive)
                .onFailure((complete, operations) ->
                        settle(new JobQueue.Result.Done()).complete(complete, operations))
                .execute(this::run);
    }

    /** The present thread is through with its run; called by that thread, whatever it ran. */
    void afterRun() {
        CurrentlyExecuting run = present.remove(Thread.currentThread());
        if (run != null) {
            holds.end(run);
        }
    }

    private CompletionHandler<Void> run(TaskInstance<Void> instance, ExecutionContext context) {
        CurrentlyExecuting run = context.getCurrentlyExecuting();
        present.put(Thread.currentThread(), run);
        RunHold hold = holds.begin(run);
        if (closed.getAsBoolean() || !(exclusive || (clock.isCurrent() && hold.isHeld()))) {
            // Picked and not begun: another instance shall have it, or has it already if this one, or its machine, was
            // stopped meanwhile.
            return settle(new JobQueue.Result.Again(clock.now()));
        }
        return settle(attempt(new JobId(instance.getId()), exclusive ? JobQueue.Hold.ALWAYS : hold));
    }

    private JobQueue.Result attempt(JobId id, JobQueue.Hold hold) {
        try {
            return handler.run(id, hold);
        } catch (RuntimeException | Error broken) {
            // No retry here: the engine offers the job again if it is still to run.
            LOG.error("The run of job {} ended with an error it should have handled: {}", id, ErrorNames.of(broken));
            return new JobQueue.Result.Done();
        }
    }

    private static CompletionHandler<Void> settle(JobQueue.Result result) {
        return (complete, operations) -> {
            // A pool hands no connection to an interrupted thread, and the row would stay picked until it counts as
            // dead.
            boolean interrupted = Thread.interrupted();
            try {
                settle(complete, operations, result);
            } finally {
                if (interrupted) {
                    Thread.currentThread().interrupt();
                }
            }
        };
    }

    private static void settle(
            ExecutionComplete complete, ExecutionOperations<Void> operations, JobQueue.Result result) {
        String id = complete.getExecution().getId();
        try {
            if (result instanceof JobQueue.Result.Again again) {
                operations.reschedule(complete, again.at());
            } else {
                operations.remove();
            }
        } catch (ExecutionException moved) {
            LOG.debug("Job {} is no longer held by this instance; whoever holds it settles it", id);
        } catch (RuntimeException down) {
            LOG.warn(
                    "The run of job {} could not be settled; the job is looked at again once it counts as dead: {}",
                    id,
                    ErrorNames.of(down));
        }
    }

    /** db-scheduler's own revival goes by the machine's clock, and calls it an error when another instance was quicker. */
    private void revive(ExecutionComplete complete, ExecutionOperations<Void> operations) {
        Execution execution = complete.getExecution();
        if (exclusive && holds.isRunning(execution)) {
            LOG.debug("Job {} runs; its heartbeat was late", execution.getId());
            return;
        }
        holds.lose(execution);
        try {
            operations.reschedule(complete, clock.now());
            LOG.info(
                    "Job {} was held by {}, which is dead; it is handed out again",
                    execution.getId(),
                    execution.pickedBy);
        } catch (ExecutionException moved) {
            LOG.debug("Another instance revived job {}", execution.getId());
        }
    }
}
