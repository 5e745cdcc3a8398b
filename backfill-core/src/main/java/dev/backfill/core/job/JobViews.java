package dev.backfill.core.job;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobFailure;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Progress;
import dev.backfill.api.Waiting;
import dev.backfill.core.pipeline.RunStatus;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/** Makes what a host sees of what is stored and of what runs here. Thread-safe. */
final class JobViews {
    private static final double MILLIS_PER_SECOND = 1_000;
    private static final double SECONDS_A_DAY = 86_400;

    private final LiveRuns runs;

    JobViews(LiveRuns runs) {
        this.runs = runs;
    }

    BackfillJob of(JobRecord row) {
        RunStatus live = row.state() == JobState.RUNNING ? runs.status(row.id()) : null;
        JobRecord.JobError failure = row.failure();
        return new BackfillJob(
                row.id(),
                row.account().user(),
                row.request(),
                row.state(),
                progress(row, live),
                row.times().created(),
                row.times().started(),
                row.times().ended(),
                row.times().paused(),
                row.times().resumed(),
                row.times().progressed(),
                waiting(row, live),
                row.limited(),
                failure == null ? null : failure.code(),
                failure == null ? null : failure.message(),
                row.notes(),
                row.retryOf(),
                row.bulkId(),
                row.deletionsUnknownSince());
    }

    private static @Nullable Waiting waiting(JobRecord row, @Nullable RunStatus live) {
        if (row.state() == JobState.QUEUED && row.waiting() == null) {
            return new Waiting(Waiting.Reason.SLOT, row.times().notBefore());
        }
        return live == null ? row.waiting() : live.waiting();
    }

    private static Progress progress(JobRecord row, @Nullable RunStatus live) {
        JobCounts counts = row.counts();
        double rate = live == null ? 0 : live.emailsPerSecond();
        long left = left(row.total(), row.request().maxEmails(), counts);
        return new Progress(
                row.total(),
                row.totalKind(),
                counts.listed(),
                counts.published(),
                counts.skipped(),
                counts.failed(),
                row.apiCalls(),
                row.retries(),
                row.throttled(),
                rate,
                live == null || rate <= 0 || row.totalKind() == CountKind.UNKNOWN
                        ? null
                        : timeLeft(counts.listed(), left, live));
    }

    /** How many messages are still to be read; the total says what is there, of which the job may be bidden to read less. What it skips does not count. */
    static long left(long total, @Nullable Long most, JobCounts counts) {
        long left = total - counts.listed();
        return Math.max(0, most == null ? left : Math.min(left, most - counts.published() - counts.failed()));
    }

    /**
     * A burst is faster than the quota goes on: then the quota tells how long the rest takes. What a day gives counts only for
     * a job that needs more than that.
     */
    static Duration timeLeft(long listed, long left, RunStatus live) {
        double perEmail = Math.max(1 / live.emailsPerSecond(), live.quotaSecondsPerEmail());
        if ((listed + left) * live.daySecondsPerEmail() > SECONDS_A_DAY) {
            perEmail = Math.max(perEmail, live.daySecondsPerEmail());
        }
        return Duration.ofMillis((long) (left * perEmail * MILLIS_PER_SECOND));
    }

    static JobFailure of(JobId id, FailureRecord row) {
        return new JobFailure(
                row.number(),
                id,
                row.ref().messageId(),
                row.ref().metIn(),
                row.stage(),
                row.kind(),
                row.reason(),
                row.at());
    }
}
