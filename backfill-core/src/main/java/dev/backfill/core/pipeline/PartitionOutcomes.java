package dev.backfill.core.pipeline;

import dev.backfill.spi.PageEnd;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Replays;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides what becomes of the partitions of a run: which pages count, and whether a partition is done, walked again, given up
 * or the job's end. Confined to the run's thread.
 */
final class PartitionOutcomes {
    private static final Logger LOG = LoggerFactory.getLogger(PartitionOutcomes.class);
    private static final int MAX_RESTARTS = 5;

    /** So many partitions left unanswered without a page between them are an outage, whatever else the provider answers. */
    private static final int MOST_UNANSWERED = 16;

    /** How many times as many walks a window gets whose mail moves: mail moved into it behind a walk is in its count alone. */
    private static final int WHERE_MAIL_MOVES = 5;

    private final RunScope scope;
    private final PlanProgress plan;
    private final MessageLimit limit;
    private final RunLedger ledger;
    private final MailboxQuestions questions;
    private final RunErrors errors;
    private final Breaker breaker;

    /** How many partitions were left unanswered since a page was read. */
    private int unansweredInARow;

    private final BooleanSupplier stopping;
    private final Consumer<RunEnd> stop;

    /**
     * @param scope what all runs share
     * @param plan the run's partitions
     * @param limit the job's bound of messages
     * @param ledger takes notes
     * @param questions knows what the job was asked for
     * @param errors says what an error makes of the job
     * @param stopping true once the run stops
     * @param stop stops the run; the first reason counts
     */
    PartitionOutcomes(
            RunScope scope,
            PlanProgress plan,
            MessageLimit limit,
            RunLedger ledger,
            MailboxQuestions questions,
            RunErrors errors,
            BooleanSupplier stopping,
            Consumer<RunEnd> stop) {
        this.scope = scope;
        this.plan = plan;
        this.limit = limit;
        this.ledger = ledger;
        this.questions = questions;
        this.errors = errors;
        this.breaker = new Breaker(scope.config());
        this.stopping = stopping;
        this.stop = stop;
    }

    /** Hears that nothing of a page is on its way any more, and takes it over in its turn. */
    void pageSettled(PartitionWalk walk, Page page) {
        PartitionState state = plan.walkedBy(walk);
        if (state == null) {
            return;
        }
        state.settled(page);
        for (Page next = state.nextSettled(); next != null; next = state.nextSettled()) {
            if (next.isCut()) {
                state.holdBack(next);
                continue;
            }
            plan.commit(state, next);
            errors.pageRead();
            unansweredInARow = 0;
            if (!isReplay(state.partition()) && breaker.trips(next.outcomes())) {
                stop.accept(new RunEnd.Failed(
                        "BREAKER",
                        "Too many messages failed, so that an outage is likelier than bad mail; the job stopped before it"
                                + " skipped more. See the failure rows and the provider's state, then resume."));
            }
            if (next.end().isLast()) {
                finishOrWalkAgain(state, next.end());
                return;
            }
        }
        settleIfQuiet(state);
    }

    /** All that a retry of failures walks is read again, however the provider cuts it. */
    private boolean isReplay(Partition partition) {
        return ledger.row().retryOf() != null || ReplayFetcher.isReplay(partition);
    }

    /** Hears that a walk is over, with the error that ended it early. */
    void walkEnded(PartitionWalk walk, @Nullable Throwable error) {
        PartitionState state = plan.walkedBy(walk);
        if (state == null) {
            return;
        }
        state.walkEnded(error);
        if (error != null && isUnanswered(error)) {
            questions.askWhetherItAnswers();
        } else if (error != null && !endsOnlyThePartition(error)) {
            stop.accept(errors.endFor(error, scope.time().instant()));
        }
        settleIfQuiet(state);
    }

    private static boolean isUnanswered(Throwable error) {
        return error instanceof SourceException source
                && (source.kind() == Kind.RETRY || source.kind() == Kind.RETRY_SMALLER);
    }

    private static boolean endsOnlyThePartition(Throwable error) {
        return error instanceof SourceException source
                && (source.kind() == Kind.RESTART_PARTITION || source.kind() == Kind.SKIP_PARTITION);
    }

    /** Decides what becomes of a partition whose walk ended early and of which nothing is on its way. */
    private void settleIfQuiet(PartitionState state) {
        // A run that stops decides nothing: the acknowledged mark stays where it is, and the next run goes on from it.
        if (stopping.getAsBoolean() || !state.isQuiet()) {
            return;
        }
        if (state.isDone()) {
            plan.finish(state);
        } else if (state.walkError() instanceof SourceException error && isUnanswered(error)) {
            LOG.warn("The provider does not answer for a part of the mailbox ({}); the others go on", error.code());
            plan.leaveUnanswered(state);
            if (++unansweredInARow >= MOST_UNANSWERED) {
                stop.accept(errors.endFor(error, scope.time().instant()));
            }
        } else if (state.walkError() instanceof SourceException error && endsOnlyThePartition(error)) {
            if (error.kind() == Kind.SKIP_PARTITION) {
                ledger.note(NoteCodes.FOLDER_SKIPPED, state.partition().scope(), error.code());
                plan.skip(state);
            } else if (state.restart(MAX_RESTARTS)) {
                plan.putBack(state);
            } else {
                stop.accept(errors.endFor(error, scope.time().instant()));
            }
        } else if (state.isCut()) {
            plan.leave(state);
        }
    }

    /** Decides what becomes of a partition whose last page is acknowledged; nothing of it may be counted twice later. */
    private void finishOrWalkAgain(PartitionState state, PageEnd last) {
        Long there = last.providerCount();
        if (there == null || state.walkListed() >= there || state.isDone()) {
            if (state.partition().kind() == Partition.Kind.CHANGES
                    && !last.replacedBy().isEmpty()) {
                ledger.readsEverything(state.partition().scope(), "MARK_LOST", questions.beforePins(ledger.row()));
            }
            if (there == null && needsCount(state, last)) {
                ledger.noteUncounted();
            }
            if (last.replacedBy().isEmpty() || state.isDone()) {
                plan.finish(state);
                if (last.endsScope()) {
                    plan.endScope(state.partition().scope());
                }
            } else {
                limit.giveBack(plan.replace(state, last.replacedBy()));
            }
        } else if (mayWalkAgain(state, there)) {
            state.walkAgain();
            plan.putBackLast(state);
        } else {
            String found = state.walkNumber() + " times and gave " + state.walkListed();
            // Resumed, it is walked from its beginning: half a walk must not be added to another.
            state.startAfresh();
            plan.putBack(state);
            stop.accept(new RunEnd.Failed(
                    "INCOMPLETE",
                    "Partition " + state.partition().id() + " was walked " + found
                            + " messages in the end, but the provider counts " + there
                            + ". Nothing was marked as complete; resume to try again."));
        }
    }

    /**
     * A list that leaves out mail gives the same messages each time; where they change from walk to walk the mailbox does, though
     * the numbers may be the same by chance.
     */
    private boolean mayWalkAgain(PartitionState state, long there) {
        int walks = scope.config().walks();
        return state.walksAlike(there) < walks && state.walkNumber() < walks * WHERE_MAIL_MOVES;
    }

    /**
     * True if only a count of the provider's could tell that a list left mail out. Changes have none but their list; of failures
     * that are tried again each is asked for by itself; and of a window that was cut up before it was read its parts are counted.
     */
    private static boolean needsCount(PartitionState state, PageEnd last) {
        Partition partition = state.partition();
        return partition.kind() == Partition.Kind.WINDOW
                && Replays.failedJob(partition.scope()) == null
                && (last.replacedBy().isEmpty() || state.walkListed() > 0);
    }
}
