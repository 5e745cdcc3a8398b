package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * A backfill that runs again and again, as it stood when it was asked for. Immutable and thread-safe.
 *
 * @param id the schedule's id
 * @param user whose it is
 * @param request what each run is asked for
 * @param schedule when it runs
 * @param paused true while it starts nothing
 * @param createdAt when it was made
 * @param nextAt when it is due next; with a fixed delay, the end of a run under way moves this
 * @param lastJob the job it started last; null before the first, and the job may have been forgotten since
 * @param lastSkippedAt when it last started nothing because the account had an active job; null if never
 */
public record RecurringBackfill(
        ScheduleId id,
        UserId user,
        BackfillRequest request,
        Schedule schedule,
        boolean paused,
        Instant createdAt,
        Instant nextAt,
        @Nullable JobId lastJob,
        @Nullable Instant lastSkippedAt) {
    /** Checks what must be present. */
    public RecurringBackfill {
        requireNonNull(id, "id");
        requireNonNull(user, "user");
        requireNonNull(request, "request");
        requireNonNull(schedule, "schedule");
        requireNonNull(createdAt, "createdAt");
        requireNonNull(nextAt, "nextAt");
    }
}
