package dev.backfill.core.pipeline;

import dev.backfill.api.Mode;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import java.time.InstantSource;
import org.jspecify.annotations.Nullable;

/** Decides when a run has read all that it is to read, and what that makes of its job. Confined to the run's thread. */
final class Completion {
    private final PlanProgress plan;
    private final MessageLimit limit;
    private final ChangeReadings changes;
    private final RunErrors errors;
    private final RunLedger ledger;
    private final InstantSource clock;

    /**
     * @param plan the run's partitions
     * @param limit the job's bound of messages
     * @param changes asks for what changed behind the walk
     * @param errors says what becomes of a job of which a part is not answered for
     * @param ledger knows the job
     * @param clock tells the present
     */
    Completion(
            PlanProgress plan,
            MessageLimit limit,
            ChangeReadings changes,
            RunErrors errors,
            RunLedger ledger,
            InstantSource clock) {
        this.plan = plan;
        this.limit = limit;
        this.changes = changes;
        this.errors = errors;
        this.ledger = ledger;
        this.clock = clock;
    }

    /** The job's end; null while something is under way or waits, or what changed meanwhile is asked for, now perhaps. */
    @Nullable
    RunEnd reached() {
        if (changes.isAsking() || plan.activeCount() > 0) {
            return null;
        }
        if (limit.isReached()) {
            JobCounts counts = plan.countsWithHeldBack();
            if (counts.isBalanced()) {
                plan.commitHeldBack();
            }
            return completed(true, counts);
        }
        Throwable unanswered = plan.unanswered();
        if (unanswered != null) {
            // All else is read. It waits with its job, which fails once nothing was read for too long.
            return errors.endFor(unanswered, clock.instant());
        }
        return plan.isWalked() ? walked() : null;
    }

    private @Nullable RunEnd walked() {
        if (plan.isAllSkipped(readsEverything())) {
            return new RunEnd.Failed(
                    "ALL_FOLDERS_SKIPPED",
                    "Nothing could be read to its end: the provider refused every folder, or has none of them any more;"
                            + " the job's notes name them with its codes. See that the user's consent still covers"
                            + " the mail and that the folders exist, then resume: what was skipped is walked again.");
        }
        plan.acceptSkipped();
        return changes.drain() ? null : completed(false, plan.counts());
    }

    private boolean readsEverything() {
        JobRecord row = ledger.row();
        return row.request().mode() == Mode.FULL && row.retryOf() == null;
    }

    /**
     * Completed, if all that the job listed is accounted for. Where its bound ended it, that is all up to the bound: a window that
     * was cut is not at its end, so that there is no count of the provider's to hold it against.
     */
    private static RunEnd completed(boolean limited, JobCounts counts) {
        return counts.isBalanced()
                ? new RunEnd.Completed(limited)
                : new RunEnd.Failed("INCOMPLETE", "The counters do not agree: " + counts + ".");
    }
}
