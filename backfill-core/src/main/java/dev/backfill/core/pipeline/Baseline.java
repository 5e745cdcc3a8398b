package dev.backfill.core.pipeline;

import dev.backfill.api.JobFilter;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.spi.Baselines;
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
    private static final int MOST_PAGES = Baselines.SEARCHED / PAGE;

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
        return !job.id().equals(row.id()) && Baselines.isWhole(job) && Baselines.covers(job, row);
    }

    /** A time before the marks were taken. */
    Instant before() {
        Instant started = job.times().started();
        return started == null ? job.times().created() : started;
    }
}
