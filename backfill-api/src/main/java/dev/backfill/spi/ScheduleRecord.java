package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.Schedule;
import dev.backfill.api.ScheduleId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A recurring backfill as it is stored. Immutable and thread-safe.
 *
 * @param id the schedule
 * @param account whose mail is read
 * @param request what each run is asked for
 * @param schedule when it runs
 * @param paused true while it starts nothing
 * @param createdAt when it was made
 * @param nextAt when it is due next
 * @param lastJob the job it started last; null before the first
 * @param lastSkippedAt when it last started nothing because the account had an active job; null if never
 */
public record ScheduleRecord(
        ScheduleId id,
        AccountRef account,
        BackfillRequest request,
        Schedule schedule,
        boolean paused,
        Instant createdAt,
        Instant nextAt,
        @Nullable JobId lastJob,
        @Nullable Instant lastSkippedAt) {
    /** Checks what must be present. */
    public ScheduleRecord {
        requireNonNull(id, "id");
        requireNonNull(account, "account");
        requireNonNull(request, "request");
        requireNonNull(schedule, "schedule");
        requireNonNull(createdAt, "createdAt");
        requireNonNull(nextAt, "nextAt");
    }

    /**
     * Gives the schedule with other times.
     *
     * @param next when it is due next
     * @return a changed copy
     */
    public ScheduleRecord dueAt(Instant next) {
        return new ScheduleRecord(id, account, request, schedule, paused, createdAt, next, lastJob, lastSkippedAt);
    }

    /**
     * Gives the schedule paused or not.
     *
     * @param value true to start nothing
     * @return a changed copy
     */
    public ScheduleRecord paused(boolean value) {
        return new ScheduleRecord(id, account, request, schedule, value, createdAt, nextAt, lastJob, lastSkippedAt);
    }

    /**
     * Gives the schedule after it started a job.
     *
     * @param job the job
     * @param next when it is due next
     * @return a changed copy
     */
    public ScheduleRecord started(JobId job, Instant next) {
        return new ScheduleRecord(id, account, request, schedule, paused, createdAt, next, job, lastSkippedAt);
    }

    /**
     * Gives the schedule after it was due and started nothing.
     *
     * @param at the present time
     * @param next when it is due next
     * @return a changed copy
     */
    public ScheduleRecord skipped(Instant at, Instant next) {
        return new ScheduleRecord(id, account, request, schedule, paused, createdAt, next, lastJob, at);
    }

    /** {@return a text without the account} */
    @Override
    public String toString() {
        return "ScheduleRecord[" + id + ", next " + nextAt + (paused ? ", paused]" : "]");
    }
}
