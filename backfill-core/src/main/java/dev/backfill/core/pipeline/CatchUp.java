package dev.backfill.core.pipeline;

import dev.backfill.spi.JobRecord;
import java.time.Duration;
import java.time.Instant;

/**
 * Says when a walk is interrupted to read what changed since its marks, so that they do not grow too old for the provider while
 * a large mailbox is walked. The times are counted from the job's start, so that a job which runs in many short slices keeps them
 * without storing one. Confined to the run's thread.
 */
final class CatchUp {
    private final Instant started;
    private final Duration interval;
    private Instant due;

    /**
     * @param started when the job first ran
     * @param progressed when it last moved, in this run or an earlier one; not before its start
     * @param interval how often changes are read
     */
    CatchUp(Instant started, Instant progressed, Duration interval) {
        this.started = started;
        this.interval = interval;
        this.due = after(progressed);
    }

    /**
     * Makes that of a run.
     *
     * @param row the job as its run found it
     * @param interval how often changes are read
     * @param now the present
     */
    static CatchUp of(JobRecord row, Duration interval, Instant now) {
        Instant started = row.times().started() == null ? now : row.times().started();
        Instant progressed = row.times().progressed();
        return new CatchUp(started, progressed == null ? started : progressed, interval);
    }

    private Instant after(Instant time) {
        long passed = Math.max(0, Duration.between(started, time).toMillis());
        return started.plusMillis((passed / interval.toMillis() + 1) * interval.toMillis());
    }

    /** True once an interval has passed; then the next one begins. */
    boolean isDue(Instant now) {
        if (now.isBefore(due)) {
            return false;
        }
        due = after(now);
        return true;
    }
}
