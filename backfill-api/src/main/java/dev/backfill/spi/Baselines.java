package dev.backfill.spi;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.spi.JobRecord.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * From which job an incremental one may begin, and where it goes on for one that ended early, said once for the engine, which looks for it, and for stores, which must keep it.
 * No state; thread-safe.
 */
public final class Baselines {
    /** The most jobs of one account that are kept for later incremental ones, so that requests which always differ do not pile up: {@value}. */
    public static final int MOST_OF_ACCOUNT = 10;

    /** How many completed jobs of an account, the newest first, are looked at for one to begin from: {@value}. */
    public static final int SEARCHED = 1_000;

    private Baselines() {}

    /**
     * Says if a job ended as an incremental one needs it. Whether it has pins, its row does not tell.
     *
     * @param job the job
     * @return true if it is COMPLETED, read all that it was to read, and is no retry
     */
    public static boolean isWhole(JobRecord job) {
        return job.state() == JobState.COMPLETED
                && !job.limited()
                && job.retryOf() == null
                && job.mailboxKey() != null
                && job.request().pin();
    }

    /**
     * Says if a job told something and ended before it was whole, so that a later incremental one of the same request may have to go on
     * where it stopped.
     *
     * @param job the job
     * @return true if it is FAILED, CANCELLED, or COMPLETED at its bound, had a plan, takes marks and is no retry
     */
    public static boolean isUnfinished(JobRecord job) {
        boolean early = job.state().isTerminal() && (job.state() != JobState.COMPLETED || job.limited());
        return early
                && job.phase() != Phase.NEW
                && job.retryOf() == null
                && job.mailboxKey() != null
                && job.request().pin();
    }

    /**
     * Says if a job read all that another is about: of the same mailbox the same folders, deleted mail or not, and no shorter
     * range. Mail that lies outside what was read then, and inside what is wanted now, no change would ever tell of.
     *
     * @param before a job that {@link #isWhole}
     * @param now a job of the same account whose mailbox is known
     * @return true if {@code now} could go on from what {@code before} read
     */
    public static boolean covers(JobRecord before, JobRecord now) {
        BackfillRequest read = before.request();
        BackfillRequest wanted = now.request();
        return before.mailboxKey() != null
                && before.mailboxKey().equals(now.mailboxKey())
                && read.includeDeleted() == wanted.includeDeleted()
                && Set.copyOf(read.folders()).equals(Set.copyOf(wanted.folders()))
                && coversRange(read, wanted);
    }

    private static boolean coversRange(BackfillRequest before, BackfillRequest now) {
        Instant from = now.from();
        Instant to = now.to();
        boolean begins = before.from() == null || (from != null && !from.isBefore(before.from()));
        boolean ends = before.to() == null || (to != null && !to.isAfter(before.to()));
        return begins && ends;
    }

    /**
     * Picks the jobs from which a later incremental one may begin: those that no newer one stands in for.
     *
     * @param newestFirst jobs of one account, each with pins and {@link #isWhole}, in the order in which they were created, the
     *     newest first
     * @return up to {@link #MOST_OF_ACCOUNT} of them, the newest first
     */
    public static List<JobRecord> needed(List<JobRecord> newestFirst) {
        List<JobRecord> needed = new ArrayList<>();
        for (JobRecord job : newestFirst) {
            if (needed.size() == MOST_OF_ACCOUNT) {
                break;
            }
            if (needed.stream().noneMatch(newer -> covers(newer, job))) {
                needed.add(job);
            }
        }
        return List.copyOf(needed);
    }

    /**
     * Picks the jobs where a later incremental one may go on: those that ended early and for which no newer one stands in, neither one that
     * is whole nor one of the same request that ended early itself.
     *
     * @param newestFirst jobs of one account, each {@link #isWhole} or {@link #isUnfinished}, in the order in which they were created, the
     *     newest first
     * @return up to {@link #MOST_OF_ACCOUNT} of those that are unfinished, the newest first
     */
    public static List<JobRecord> unfinished(List<JobRecord> newestFirst) {
        List<JobRecord> newer = new ArrayList<>();
        List<JobRecord> needed = new ArrayList<>();
        for (JobRecord job : newestFirst) {
            boolean replaced = newer.stream().anyMatch(other -> standsInFor(other, job));
            if (!replaced && isUnfinished(job) && needed.size() < MOST_OF_ACCOUNT) {
                needed.add(job);
            }
            if (!replaced) {
                newer.add(job);
            }
        }
        return List.copyOf(needed);
    }

    /** An incremental job does not go on for one of everything where another was whole before; so that one stands in for no incremental one. */
    private static boolean standsInFor(JobRecord newer, JobRecord job) {
        boolean goesOn =
                newer.request().mode() == Mode.INCREMENTAL || job.request().mode() == Mode.FULL;
        return covers(newer, job) && (isWhole(newer) || (goesOn && isUnfinished(job) && covers(job, newer)));
    }
}
