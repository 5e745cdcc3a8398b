package dev.backfill.examples.quickstart;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.Progress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one provider's job, or all of them, did.
 *
 * @param name the provider's id, or {@code all}
 * @param listed messages the provider listed
 * @param published messages the sink acknowledged
 * @param distinct different messages that came out of the subscription
 * @param skipped messages left out with a reason
 * @param failed messages with a failure row
 * @param apiCalls provider requests
 * @param seconds from the job's start to its end
 * @param heapPeakMb the largest used heap seen in the whole process, garbage included, in mebibytes; see {@link HeapPeak}
 */
record RunSummary(
        String name,
        long listed,
        long published,
        long distinct,
        long skipped,
        long failed,
        long apiCalls,
        double seconds,
        long heapPeakMb) {
    private static final double MILLIS = 1_000;

    static RunSummary of(BackfillJob job, long distinct, long heapPeakMb) {
        Progress progress = job.progress();
        return new RunSummary(
                job.request().provider(),
                progress.listed(),
                progress.published(),
                distinct,
                progress.skipped(),
                progress.failed(),
                progress.apiCalls(),
                seconds(job.startedAt(), job.endedAt()),
                heapPeakMb);
    }

    private static double seconds(@Nullable Instant start, @Nullable Instant end) {
        return start == null || end == null ? 0 : Duration.between(start, end).toMillis() / MILLIS;
    }

    /** Sums up jobs that ran at the same time. */
    static RunSummary all(List<RunSummary> jobs) {
        return jobs.stream().reduce(new RunSummary("all", 0, 0, 0, 0, 0, 0, 0, 0), RunSummary::plus);
    }

    private RunSummary plus(RunSummary other) {
        return new RunSummary(
                "all",
                listed + other.listed,
                published + other.published,
                distinct + other.distinct,
                skipped + other.skipped,
                failed + other.failed,
                apiCalls + other.apiCalls,
                Math.max(seconds, other.seconds),
                Math.max(heapPeakMb, other.heapPeakMb));
    }

    double messagesPerSecond() {
        return seconds == 0 ? 0 : published / seconds;
    }

    double callsPerThousand() {
        return listed == 0 ? 0 : apiCalls * MILLIS / listed;
    }
}
