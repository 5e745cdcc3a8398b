package dev.backfill.core.pipeline;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.Mode;
import dev.backfill.api.Waiting;
import dev.backfill.core.throttle.GateStats;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobRecord.Phase;
import dev.backfill.spi.Lease;
import dev.backfill.spi.StaleLeaseException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.RejectedExecutionException;
import org.jspecify.annotations.Nullable;

/**
 * One run of one job, from its claim to its end. All its state belongs to the thread in {@link #run}, which hears of
 * everything else through its inbox and alone writes to the store; {@link #stop}, {@link #tick} and {@link #status} are
 * thread-safe.
 */
public final class JobRun {
    private static final Duration BUSY_PAUSE = Duration.ofSeconds(5);

    private final RunScope scope;
    private final JobQueue.Hold hold;
    private final MailboxSession session;
    private final StopToken stop;
    /** Stopped last: a page that was begun is handed over whole, so that a pause doubles nothing. */
    private final StopToken handOver = new StopToken();

    private final RunInbox inbox = new RunInbox();
    private final RunTasks tasks;
    private final PlanProgress plan;
    private final RunLedger ledger;
    private final RunErrors errors;
    private final PartitionOutcomes outcomes;
    private final MessageLimit limit;
    private final MailboxQuestions questions;
    private final ChangeReadings changes;
    private final Completion completion;
    private final Walks walks;
    private boolean planned;
    private @Nullable RunEnd end;
    private boolean graceOver;

    /**
     * Prepares a run; nothing is asked and no other thread is used before {@link #run}.
     *
     * @param scope what all runs share
     * @param row the job as it was claimed
     * @param lease the right to run it
     * @param hold the queue's hold on the job; once it is lost nothing is handed to the sink and nothing is stored any more
     * @param session the open mailbox; the run closes it
     * @param plugin the provider, whose class loader its calls see
     * @param stop stopped by the run when it stops; the session's gate was made with it
     * @param writer stores what the run writes
     */
    public JobRun(
            RunScope scope,
            JobRecord row,
            Lease lease,
            JobQueue.Hold hold,
            MailboxSession session,
            Object plugin,
            StopToken stop,
            RunWriter writer) {
        this.scope = scope;
        this.hold = hold;
        this.session = session;
        this.stop = stop;
        this.tasks = new RunTasks(scope.walkers(), plugin);
        this.plan = new PlanProgress(row.counts(), failures(scope, row));
        this.ledger = new RunLedger(scope, lease, hold, row, session.gate(), plan, writer);
        this.limit = new MessageLimit(
                row.request().maxEmails(),
                row.counts().published() + row.counts().failed());
        this.questions = new MailboxQuestions(session.mailbox(), scope.store(), row, scope.time(), tasks, inbox);
        this.changes = new ChangeReadings(scope, plan, ledger, questions);
        this.errors = new RunErrors(row, scope.config().maxOutage());
        this.completion = new Completion(plan, limit, changes, errors, ledger, scope.time());
        this.outcomes =
                new PartitionOutcomes(scope, plan, limit, ledger, questions, errors, () -> end != null, this::stopNow);
        this.walks = new Walks(
                scope,
                plan,
                limit,
                questions,
                tasks,
                Math.min(scope.config().partitionsAtOnce(), session.concurrency()));
    }

    /** Before a job has a plan nothing of it can have failed. */
    private static long failures(RunScope scope, JobRecord row) {
        return row.phase() == Phase.NEW ? 0 : scope.store().failureCount(row.id());
    }

    /**
     * Runs the job until it ends or stops. Blocks for the whole run.
     *
     * @param transitions what the end makes of the job's row
     * @return how it ended; for {@link RunEnd.Superseded} nothing was written any more
     */
    public RunEnd run(RunTransitions transitions) {
        try {
            questions.open();
            while (end == null) {
                take();
            }
            if (end instanceof RunEnd.Superseded) {
                return end;
            }
            awaitLastAcknowledgements();
            ledger.finish(end, transitions);
            return end;
        } catch (StaleLeaseException superseded) {
            return new RunEnd.Superseded();
        } finally {
            shutDown();
        }
    }

    /**
     * Asks the run to stop; it ends within the grace time. The first reason counts. Thread-safe.
     *
     * @param reason what becomes of the job
     */
    public void stop(RunEnd reason) {
        inbox.put(new RunInbox.Stop(reason));
    }

    /** Tells the run that time has passed. Thread-safe. */
    public void tick() {
        inbox.put(new RunInbox.Tick());
    }

    /** {@return how the run is doing; thread-safe} */
    public RunStatus status() {
        RunMeter meter = ledger.meter();
        JobCounts counts = ledger.row().counts();
        GateStats stats = ledger.stats();
        return new RunStatus(
                waiting(),
                meter.emailsPerSecond(),
                meter.quotaSecondsPerEmail(counts, stats),
                meter.daySecondsPerEmail(counts, stats));
    }

    /**
     * Handles what has happened by now, and writes it down once, with the end of the job if it is at its end. The plan is stored
     * before anything of it is listed.
     */
    private void take() {
        List<RunInbox.Event> events = new ArrayList<>();
        try {
            events.add(inbox.take());
        } catch (InterruptedException closing) {
            Thread.currentThread().interrupt();
            stopNow(new RunEnd.Requeued(null, null));
            return;
        }
        inbox.drainTo(events);
        events.forEach(this::handle);
        if (end == null) {
            if (!isOver()) {
                ledger.checkpoint();
                if (planned) {
                    walks.begin();
                }
            }
            endIfAllIsRead();
        }
    }

    /** True if nothing is left to be asked for or read: what happened last is stored by the write that ends the job. */
    private boolean isOver() {
        return planned && plan.isWalked() && !changes.isAsking() && !changes.mayAsk();
    }

    private void handle(RunInbox.Event event) {
        if (event instanceof RunInbox.PageSettled settled) {
            outcomes.pageSettled(settled.walk(), settled.page());
        } else if (event instanceof RunInbox.WalkEnded ended) {
            outcomes.walkEnded(ended.walk(), ended.error());
        } else if (event instanceof RunInbox.Stop asked) {
            stopNow(asked.end());
        } else if (event instanceof RunInbox.GraceOver) {
            graceOver = true;
            handOver.stop();
        } else if (end == null) {
            handleWhileRunning(event);
        }
    }

    private void handleWhileRunning(RunInbox.Event event) {
        if (event instanceof RunInbox.Tick) {
            look();
        } else if (event instanceof RunInbox.Opened opened) {
            opened(opened.mailboxKey());
        } else if (event instanceof RunInbox.Planned made) {
            planned(made);
        } else if (event instanceof RunInbox.DrainPlanned made) {
            changes.drainPlanned(made.partitions());
        } else if (event instanceof RunInbox.CatchUpPlanned made) {
            changes.catchUpPlanned(made.partitions());
        } else if (event instanceof RunInbox.Estimated made) {
            ledger.estimated(made.estimate());
        } else if (event instanceof RunInbox.AskFailed failed) {
            stopNow(errors.endFor(failed.error(), now()));
        }
    }

    private void planned(RunInbox.Planned made) {
        Unfinished before = made.before();
        if (before != null) {
            plan.takeOver(before.open(), before.pins());
            ledger.continues(before);
            questions.goOnUpTo(before.job().upperBound());
            session.mailbox().resumed(changes.pins());
        }
        plan.append(made.partitions());
        ledger.readsEverything(made.fallback(), made.deletionsUnknownSince());
        ledger.enter(Phase.WALKING);
        planned = true;
    }

    private void opened(String mailboxKey) {
        String before = ledger.row().mailboxKey();
        if (before != null && !before.equals(mailboxKey)) {
            stopNow(new RunEnd.Failed(
                    "MAILBOX_CHANGED",
                    "The account's token belongs to another mailbox than the one this job began with. Give back the first"
                            + " one's token and resume, or start a new job."));
            return;
        }
        try {
            ledger.open(mailboxKey, questions.query().to());
        } catch (JobConflictException busy) {
            Instant later = now().plus(BUSY_PAUSE);
            stopNow(new RunEnd.Requeued(later, new Waiting(Waiting.Reason.MAILBOX_BUSY, later)));
            return;
        }
        session.gate().rekey(mailboxKey);
        JobRecord row = ledger.row();
        walks.open(sharedBy(row, mailboxKey));
        changes.begin();
        if (row.phase() == Phase.NEW) {
            questions.plan(row);
        } else {
            plan.load(scope.store().partitions(row.id()));
            if (row.retryOf() == null) {
                session.mailbox().resumed(changes.pins());
            }
            if (row.phase() == Phase.WALKING) {
                // What an earlier run skipped is tried again, and may be read by now.
                ledger.dropNotes(NoteCodes.FOLDER_SKIPPED, plan.pendingScopes());
            }
            planned = true;
        }
        if (row.retryOf() == null && row.total() == 0 && row.request().mode() == Mode.FULL) {
            questions.estimate();
        }
    }

    private PartitionWalk.Shared sharedBy(JobRecord row, String mailboxKey) {
        RunConfig config = scope.config();
        BackfillRequest request = row.request();
        RunContents contents = new RunContents(
                session.mailbox(),
                new RunContents.Asked(request.includeAttachments(), request.rawMime()),
                session.gate(),
                scope.memory(),
                new RunContents.Limits(
                        config.attachmentMaxBytes(),
                        scope.publisher().limits().maxMessageBytes() * 3 / 4,
                        config.maxPageBytes()),
                stop,
                walks.blockedBySink());
        PageDelivery delivery =
                new PageDelivery(scope, row.account(), row.id(), mailboxKey, contents, handOver, hold, inbox);
        return new PartitionWalk.Shared(
                scope,
                delivery,
                session.gate(),
                new PageRoom(config.maxPageBytes()),
                row.batchSize(),
                limit,
                stop,
                inbox,
                walks.blockedBySink());
    }

    private void endIfAllIsRead() {
        RunEnd reached = end == null && planned ? completion.reached() : null;
        if (reached != null) {
            stopNow(reached);
        }
    }

    /** Looks at what only time changes. */
    private void look() {
        if (!hold.isHeld()) {
            stopNow(new RunEnd.Superseded());
            return;
        }
        if (ledger.meter().worked(ledger.stats()).compareTo(scope.config().jobTimeout()) > 0) {
            stopNow(new RunEnd.Failed(
                    "TIMEOUT",
                    "The job worked longer than " + scope.config().jobTimeout() + ". Resume it to go on from here."));
            return;
        }
        ledger.meter().sample(plan.counts().published());
        ledger.waitsFor(waiting());
        // What would be read by the way must not make an endless outage of the rest look over.
        if (planned && !errors.isSilent()) {
            changes.catchUpIfDue();
        }
    }

    /** What the run waits for; any thread may ask. */
    private @Nullable Waiting waiting() {
        if (walks.waitForSink()) {
            return new Waiting(Waiting.Reason.SINK, null);
        }
        return ledger.stats().waiting();
    }

    private void stopNow(RunEnd reason) {
        if (end == null) {
            end = reason;
            if (!(reason instanceof RunEnd.Completed)) {
                stopWork(reason);
            }
        }
    }

    /** No request and no page is begun from here on; calls in flight are ended or their answers dropped. */
    private void stopWork(RunEnd reason) {
        stop.stop();
        if (reason instanceof RunEnd.Superseded) {
            handOver.stop();
        }
        tasks.interruptAll();
        try {
            scope.time().schedule(scope.config().stopGrace(), () -> inbox.put(new RunInbox.GraceOver()));
        } catch (RejectedExecutionException closed) {
            // The engine is closed: nobody waits any more.
            inbox.put(new RunInbox.GraceOver());
        }
        // Last, for a provider may hang in it.
        session.mailbox().close();
    }

    /** What the sink acknowledges within the grace time still counts. */
    private void awaitLastAcknowledgements() {
        boolean interrupted = Thread.interrupted();
        while (!graceOver && !plan.isQuiet()) {
            try {
                handle(inbox.take());
            } catch (InterruptedException hurry) {
                interrupted = true;
                graceOver = true;
                handOver.stop();
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void shutDown() {
        walks.close();
        stop.stop();
        handOver.stop();
        tasks.interruptAll();
        session.close();
    }

    private Instant now() {
        return scope.time().instant();
    }
}
