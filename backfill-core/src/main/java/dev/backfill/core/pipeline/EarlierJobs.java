package dev.backfill.core.pipeline;

import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.spi.Baselines;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Replays;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What the account's jobs before one left for it. Immutable.
 *
 * @param baseline the last job that was whole; null for none
 * @param unfinished the last incremental job since that ended early, where an incremental one goes on; where no job was whole it may be
 *     one of everything too; null for none
 */
record EarlierJobs(@Nullable Baseline baseline, @Nullable Unfinished unfinished) {
    /**
     * Looks through the account's ended jobs, the newest first, each once.
     *
     * @param row the job, its mailbox known
     * @param store holds the jobs
     */
    static EarlierJobs of(JobRecord row, JobStore store) {
        return new Search(row, store).run();
    }

    /**
     * Plans what these jobs failed on as a change, for a job that reads all else anew. To it belongs what the one that ended early was to read
     * again for jobs before it, and did not come to.
     *
     * @param store knows the failure rows
     * @param query what the job reads
     */
    List<Partition> failedChanges(JobStore store, MailQuery query) {
        Set<JobId> failed = new LinkedHashSet<>();
        List<Partition> plan = new ArrayList<>();
        if (baseline != null && baseline.job().counts().failed() > 0) {
            failed.add(baseline.job().id());
        }
        if (unfinished != null && unfinished.job().counts().failed() > 0) {
            failed.add(unfinished.job().id());
        }
        for (PartitionRecord left : unfinished == null ? List.<PartitionRecord>of() : unfinished.open()) {
            JobId job = Replays.failedJob(left.partition().scope());
            if (job != null) {
                failed.add(job);
            } else if (Stretches.isOne(left.partition()) && Rewalk.isOne(left.partition())) {
                plan.add(left.partition());
            }
        }
        failed.forEach(
                job -> plan.addAll(ReplayFetcher.planChanges(store, job, query).partitions()));
        return plan;
    }

    /** One pass over the jobs. Confined to one thread. */
    private static final class Search {
        private static final int PAGE = 50;
        private static final Set<JobState> ENDED = Set.of(JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED);

        private final JobRecord row;
        private final JobStore store;
        private @Nullable JobRecord early;
        private @Nullable JobRecord earlyIncremental;
        private boolean wholeSeen;
        private int completed;

        Search(JobRecord row, JobStore store) {
            this.row = row;
            this.store = store;
        }

        EarlierJobs run() {
            Baseline baseline = searchBaseline();
            // Whoever broke off a job of everything though one was whole before would not have it go on.
            JobRecord last = baseline == null ? early : earlyIncremental;
            return new EarlierJobs(baseline, last == null ? null : Unfinished.of(last, store));
        }

        private @Nullable Baseline searchBaseline() {
            JobFilter ended =
                    new JobFilter(ENDED, row.account().provider(), row.account().account(), null);
            String cursor = null;
            do {
                Page<JobRecord> jobs = store.list(row.account().user(), ended, new PageRequest(PAGE, cursor));
                for (JobRecord job : jobs.items()) {
                    Baseline baseline = job.id().equals(row.id()) ? null : look(job);
                    if (baseline != null) {
                        return baseline;
                    }
                }
                cursor = jobs.nextCursor();
            } while (cursor != null && completed < Baselines.SEARCHED);
            return null;
        }

        /** Null if the job is no baseline. */
        private @Nullable Baseline look(JobRecord job) {
            if (job.state() == JobState.COMPLETED) {
                completed++;
            }
            if (Baselines.isWhole(job) && Baselines.covers(job, row)) {
                wholeSeen = true;
                // A provider without lists of changes gives no pins: then nothing begins there, nor goes on from before
                // it.
                Map<String, String> pins = store.pins(job.id());
                return pins.isEmpty() ? null : new Baseline(job, pins);
            }
            if (!wholeSeen && Unfinished.isFor(job, row)) {
                early = early == null ? job : early;
                boolean incremental = job.request().mode() == Mode.INCREMENTAL;
                earlyIncremental = earlyIncremental == null && incremental ? job : earlyIncremental;
            }
            return null;
        }
    }
}
