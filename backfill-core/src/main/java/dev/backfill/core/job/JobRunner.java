package dev.backfill.core.job;

import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.core.log.ErrorText;
import dev.backfill.core.pipeline.JobRun;
import dev.backfill.core.pipeline.MailboxSession;
import dev.backfill.core.pipeline.RunEnd;
import dev.backfill.core.pipeline.RunScope;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Lease;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.StaleLeaseException;
import dev.backfill.spi.StoreException;
import dev.backfill.spi.WantedState;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/** Runs what the queue hands out: claims the job, runs it, and tells the listeners. Thread-safe. */
final class JobRunner implements JobQueue.Handler {
    private static final Logger LOG = LoggerFactory.getLogger(JobRunner.class);
    private static final Duration STORE_PAUSE = Duration.ofSeconds(1);
    private static final String MDC_JOB = "backfill.job";
    private static final String MDC_USER = "backfill.user";

    private final ManagerConfig config;
    private final RunScope scope;
    private final MailboxSessions sessions;
    private final LiveRuns live;
    private final JobViews views;
    private final JobListeners listeners;
    private final StopToken instanceStop;
    private final StopToken closing;
    private final Turns turns = new Turns();

    JobRunner(
            ManagerConfig config,
            RunScope scope,
            MailboxSessions sessions,
            LiveRuns live,
            JobViews views,
            JobListeners listeners,
            StopToken instanceStop,
            StopToken closing) {
        this.config = config;
        this.scope = scope;
        this.sessions = sessions;
        this.live = live;
        this.views = views;
        this.listeners = listeners;
        this.instanceStop = instanceStop;
        this.closing = closing;
    }

    /** A job as it was claimed, and the right to run it. */
    private record Claimed(Lease lease, JobRecord row) {}

    @Override
    public JobQueue.Result run(JobId id, JobQueue.Hold hold) {
        if (closing.isStopped()) {
            // Whoever is not closing may have it.
            return new JobQueue.Result.Again(scope.time().instant());
        }
        try {
            claim(id).ifPresent(claimed -> runInTurn(claimed, hold));
        } catch (StoreException down) {
            LOG.warn("Job {} goes on when the store answers again: {}", id, ErrorText.brief(down));
            return new JobQueue.Result.Again(scope.time().instant().plus(STORE_PAUSE));
        }
        // A hold that was lost and that nobody took meanwhile leaves a RUNNING job without a run.
        return hold.isHeld()
                ? new JobQueue.Result.Done()
                : new JobQueue.Result.Again(scope.time().instant());
    }

    private Optional<Claimed> claim(JobId id) {
        return listeners.inOrder(
                id,
                () -> scope.store()
                        .claim(id, config.instanceName(), scope.time().instant(), config.limits())
                        .map(lease -> {
                            JobRecord row = scope.store().find(id).orElseThrow();
                            listeners.tell(new JobEvent.StateChanged(views.of(row), JobState.QUEUED));
                            return new Claimed(lease, row);
                        }));
    }

    /** The claim has put an end to an older run of the job in this process; it must be over before this one begins. */
    private void runInTurn(Claimed claimed, JobQueue.Hold hold) {
        JobId id = claimed.row().id();
        try (Turns.Turn turn = turns.join(id)) {
            live.supersede(id);
            if (turn.await(closing)) {
                runClaimed(claimed, hold);
            } else {
                end(claimed.lease(), new RunEnd.Requeued(null, null));
            }
        }
    }

    private void runClaimed(Claimed claimed, JobQueue.Hold hold) {
        JobRecord row = claimed.row();
        MDC.put(MDC_JOB, row.id().value());
        MDC.put(MDC_USER, row.account().user().key());
        try {
            LOG.info("Job runs: {}", row.request());
            if (row.wanted() == WantedState.RUN && !closing.isStopped()) {
                runSafely(row, claimed.lease(), hold);
            } else {
                // Its owner is gone and could not obey any more, or this instance closes.
                end(claimed.lease(), new RunEnd.Requeued(null, null));
            }
            scope.store().find(row.id()).ifPresent(JobRunner::logEnd);
        } finally {
            MDC.remove(MDC_JOB);
            MDC.remove(MDC_USER);
        }
    }

    /** A job that cannot run fails by name: left RUNNING, nobody would ever look at it again. */
    private void runSafely(JobRecord row, Lease lease, JobQueue.Hold hold) {
        try {
            runOpened(row, lease, hold);
        } catch (StoreException down) {
            if (!down.isRefused()) {
                throw down;
            }
            LOG.error("The store refuses what the run has to write: {}", ErrorText.withStack(down));
            fail(
                    lease,
                    "STORE_REFUSED",
                    "The store cannot hold what this job has to write; see the log. Nothing before the last checkpoint is lost."
                            + " Report it, and resume when it is mended.");
        } catch (BackfillException refused) {
            fail(lease, refused.code(), String.valueOf(refused.getMessage()));
        } catch (SourceException refused) {
            fail(
                    lease,
                    refused.kind() == SourceException.Kind.AUTH ? "AUTHENTICATION" : refused.code(),
                    String.valueOf(refused.getMessage()));
        } catch (RuntimeException | LinkageError | AssertionError broken) {
            if (closing.isStopped()) {
                LOG.debug("The run ended with the engine: {}", ErrorText.brief(broken));
                end(lease, new RunEnd.Requeued(null, null));
                return;
            }
            // A plug-in that is broken, or does not fit the other jars, is the matter of its own jobs alone.
            failBroken(lease, broken);
        } catch (Error fatal) {
            // The machine is in trouble, out of memory for instance: whoever owns the thread must hear of it.
            failBroken(lease, fatal);
            throw fatal;
        }
    }

    private void failBroken(Lease lease, Throwable broken) {
        LOG.error("The run broke: {}", ErrorText.withStack(broken));
        fail(
                lease,
                "INTERNAL",
                "The run broke with " + broken.getClass().getName()
                        + "; see the log. Check that the jars on the class path fit together, then resume.");
    }

    private void runOpened(JobRecord row, Lease lease, JobQueue.Hold hold) {
        StopToken stop = instanceStop.child();
        try (MailboxSession session = Opening.call(
                closing,
                stop,
                () -> sessions.open(
                        row.account(), row.rateLimit(), row.request().dailyShare(), stop))) {
            if (closing.isStopped()) {
                end(lease, new RunEnd.Requeued(null, null));
                return;
            }
            Object plugin = sessions.source(row.account().provider());
            JobRun run = new JobRun(scope, row, lease, hold, session, plugin, stop, this::write);
            live.add(
                    row.id(),
                    run,
                    lease.epoch(),
                    scope.time().nanoTime(),
                    row.account().user());
            try {
                // A command may have come between the claim and this line, and found no run to tell.
                live.obey(row.id(), scope.store());
                RunEnd end = run.run(JobTransitions::after);
                LOG.debug("Run ended: {}", end);
            } finally {
                live.remove(row.id(), run);
            }
        } finally {
            stop.stop();
        }
    }

    private void fail(Lease lease, String code, String message) {
        end(lease, live.endOf(new RunEnd.Failed(code, message)));
    }

    private void end(Lease lease, RunEnd end) {
        try {
            write(
                    lease,
                    Checkpoint.EMPTY,
                    row -> JobTransitions.after(row, end, scope.time().instant()));
        } catch (StaleLeaseException superseded) {
            LOG.debug("Another instance owns the job by now");
        }
    }

    private JobRecord write(Lease lease, Checkpoint checkpoint, UnaryOperator<JobRecord> change) {
        return listeners.inOrder(lease.jobId(), () -> {
            JobRecord row = scope.store().write(lease, checkpoint, change);
            tell(row, checkpoint.failures());
            return row;
        });
    }

    private void tell(JobRecord row, List<FailureRecord> failures) {
        if (listeners.isEmpty()) {
            return;
        }
        BackfillJob job = views.of(row);
        for (FailureRecord failure : failures) {
            listeners.tell(new JobEvent.MessageFailed(job, JobViews.of(row.id(), failure)));
        }
        listeners.tell(new JobEvent.Progressed(job));
        if (row.state() != JobState.RUNNING) {
            listeners.tell(new JobEvent.StateChanged(job, JobState.RUNNING));
        }
    }

    private static void logEnd(JobRecord after) {
        if (after.state() == JobState.FAILED && after.failure() != null) {
            LOG.warn(
                    "Job failed: {}: {}",
                    after.failure().code(),
                    after.failure().message());
        } else {
            LOG.info("Job is {}: {}", after.state().code(), after.counts());
        }
    }
}
