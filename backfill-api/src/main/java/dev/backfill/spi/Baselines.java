package dev.backfill.spi;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * From which job an incremental one may begin, said once for the engine, which looks for it, and for stores, which must keep it.
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
}
