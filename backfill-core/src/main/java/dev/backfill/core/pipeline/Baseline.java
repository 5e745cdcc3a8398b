package dev.backfill.core.pipeline;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The job from whose marks an incremental job starts: the account's last one that was completed whole over the same folders
 * of the same mailbox. Immutable.
 *
 * @param job the job
 * @param pins where its changes end, a scope each
 */
record Baseline(JobRecord job, Map<String, String> pins) {
    private static final int PAGE = 50;
    private static final int MOST_PAGES = 20;

    /** Finds the baseline of a job whose mailbox is known; null if there is none. */
    static @Nullable Baseline of(JobRecord row, JobStore store) {
        JobFilter completed = new JobFilter(
                Set.of(JobState.COMPLETED),
                row.account().provider(),
                row.account().account(),
                null);
        String cursor = null;
        for (int page = 0; page < MOST_PAGES; page++) {
            Page<JobRecord> jobs = store.list(row.account().user(), completed, new PageRequest(PAGE, cursor));
            for (JobRecord job : jobs.items()) {
                Map<String, String> pins = isBaseline(job, row) ? store.pins(job.id()) : Map.of();
                if (!pins.isEmpty()) {
                    return new Baseline(job, pins);
                }
            }
            cursor = jobs.nextCursor();
            if (cursor == null) {
                return null;
            }
        }
        return null;
    }

    private static boolean isBaseline(JobRecord job, JobRecord row) {
        BackfillRequest before = job.request();
        BackfillRequest now = row.request();
        return !job.id().equals(row.id())
                && job.retryOf() == null
                && !job.limited()
                && before.pin()
                && before.includeDeleted() == now.includeDeleted()
                && Set.copyOf(before.folders()).equals(Set.copyOf(now.folders()))
                && covers(before, now)
                && job.mailboxKey() != null
                && job.mailboxKey().equals(row.mailboxKey());
    }

    /** Mail that lies outside what was read then, and inside what is wanted now, no change would ever tell of. */
    private static boolean covers(BackfillRequest before, BackfillRequest now) {
        Instant from = now.from();
        Instant to = now.to();
        boolean begins = before.from() == null || (from != null && !from.isBefore(before.from()));
        boolean ends = before.to() == null || (to != null && !to.isAfter(before.to()));
        return begins && ends;
    }

    /** A time before the marks were taken. */
    Instant before() {
        Instant started = job.times().started();
        return started == null ? job.times().created() : started;
    }
}
