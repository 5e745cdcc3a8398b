package dev.backfill.core.job;

import dev.backfill.api.JobState;
import dev.backfill.api.JobStateException;
import dev.backfill.api.Waiting;
import dev.backfill.core.pipeline.RunEnd;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobRecord.JobError;
import dev.backfill.spi.JobRecord.JobTimes;
import dev.backfill.spi.WantedState;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** The state machine of a job: each command and each end of a run as a function of the stored row. Stateless. */
final class JobTransitions {
    private JobTransitions() {}

    static JobRecord pause(JobRecord row, Instant now) {
        return switch (row.state()) {
            case QUEUED ->
                row.toBuilder()
                        .state(JobState.PAUSED)
                        .wanted(WantedState.PAUSE)
                        .waiting(null)
                        .times(paused(row.times(), now))
                        .build();
            case RUNNING ->
                row.wanted() == WantedState.CANCEL
                        ? refuse(row, "pause")
                        : row.toBuilder().wanted(WantedState.PAUSE).build();
            case PAUSED -> row;
            case COMPLETED, FAILED, CANCELLED -> refuse(row, "pause");
        };
    }

    static JobRecord resume(JobRecord row, Instant now) {
        return switch (row.state()) {
            // The time a failed job may work begins anew: one that ran out of it would fail again at once.
            case FAILED ->
                queued(row)
                        .wanted(WantedState.RUN)
                        .failure(null)
                        .worked(Duration.ZERO)
                        .times(resumed(row.times(), now))
                        .build();
            case PAUSED ->
                queued(row)
                        .wanted(WantedState.RUN)
                        .failure(null)
                        .times(resumed(row.times(), now))
                        .build();
            // A run that is about to pause learns at its end that it is wanted again.
            case RUNNING ->
                row.wanted() == WantedState.CANCEL
                        ? refuse(row, "resume")
                        : row.toBuilder().wanted(WantedState.RUN).build();
            case QUEUED -> row;
            case COMPLETED, CANCELLED -> refuse(row, "resume");
        };
    }

    static JobRecord cancel(JobRecord row, Instant now) {
        return switch (row.state()) {
            case QUEUED, PAUSED ->
                ended(row, JobState.CANCELLED, now).wanted(WantedState.CANCEL).build();
            case RUNNING -> row.toBuilder().wanted(WantedState.CANCEL).build();
            case CANCELLED -> row;
            case COMPLETED, FAILED -> refuse(row, "cancel");
        };
    }

    /** What the end of a run makes of its job, in view of what is wanted by then. */
    static JobRecord after(JobRecord row, RunEnd end, Instant now) {
        if (end instanceof RunEnd.Completed completed) {
            return FinalTotal.of(row, completed.limited(), ended(row, JobState.COMPLETED, now))
                    .limited(completed.limited())
                    .build();
        }
        if (row.wanted() == WantedState.CANCEL) {
            return ended(row, JobState.CANCELLED, now).build();
        }
        if (end instanceof RunEnd.Failed failed) {
            return ended(row, JobState.FAILED, now)
                    .failure(new JobError(failed.code(), failed.message()))
                    .build();
        }
        if (row.wanted() == WantedState.PAUSE) {
            return row.toBuilder()
                    .state(JobState.PAUSED)
                    .owner(null)
                    .waiting(null)
                    .times(paused(row.times(), now))
                    .build();
        }
        if (end instanceof RunEnd.Sliced) {
            return queued(row)
                    .times(resumed(row.times(), row.times().resumed(), now))
                    .build();
        }
        if (end instanceof RunEnd.Unavailable down) {
            return requeued(row, down.since(), down.until(), new Waiting(Waiting.Reason.PROVIDER, down.until()));
        }
        RunEnd.Requeued later = end instanceof RunEnd.Requeued requeued ? requeued : new RunEnd.Requeued(null, null);
        return requeued(row, row.times().queued(), later.notBefore(), later.waiting());
    }

    private static JobRecord requeued(
            JobRecord row, Instant queued, @Nullable Instant notBefore, @Nullable Waiting waiting) {
        JobTimes times = row.times();
        return row.toBuilder()
                .state(JobState.QUEUED)
                .owner(null)
                .waiting(waiting)
                .times(new JobTimes(
                        times.created(),
                        queued,
                        notBefore,
                        times.started(),
                        null,
                        times.paused(),
                        times.resumed(),
                        times.progressed()))
                .build();
    }

    private static JobRecord.Builder queued(JobRecord row) {
        return row.toBuilder().state(JobState.QUEUED).owner(null).waiting(new Waiting(Waiting.Reason.SLOT, null));
    }

    private static JobRecord.Builder ended(JobRecord row, JobState state, Instant now) {
        JobTimes times = row.times();
        return row.toBuilder()
                .state(state)
                .owner(null)
                .waiting(null)
                .times(new JobTimes(
                        times.created(),
                        times.queued(),
                        null,
                        times.started(),
                        now,
                        times.paused(),
                        times.resumed(),
                        times.progressed()));
    }

    private static JobTimes paused(JobTimes times, Instant now) {
        return new JobTimes(
                times.created(), times.queued(), null, times.started(), null, now, times.resumed(), times.progressed());
    }

    private static JobTimes resumed(JobTimes times, Instant now) {
        return resumed(times, now, now);
    }

    private static JobTimes resumed(JobTimes times, @Nullable Instant resumed, Instant queued) {
        return new JobTimes(
                times.created(), queued, null, times.started(), null, times.paused(), resumed, times.progressed());
    }

    private static JobRecord refuse(JobRecord row, String command) {
        throw new JobStateException(row.id(), row.state(), command);
    }
}
