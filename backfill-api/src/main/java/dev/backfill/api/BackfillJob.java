package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A job as it stood when it was asked for. Immutable and thread-safe; ask again for newer news.
 *
 * @param id the job's id
 * @param user whose job it is
 * @param request what was asked for
 * @param state where the job stands
 * @param progress how far it is
 * @param createdAt when it was started by its user
 * @param startedAt when it first ran; null before
 * @param endedAt when it completed, failed or was cancelled; null before
 * @param pausedAt when it was last paused; null if never
 * @param resumedAt when it was last resumed; null if never
 * @param lastProgressAt when it last moved; null before it did
 * @param waiting what it waits for; null when it waits for nothing
 * @param limited true if it ended at {@link BackfillRequest#maxEmails()} and more mail is there
 * @param failureCode a stable code of why it failed, for instance {@code AUTHENTICATION}; null unless FAILED
 * @param failureMessage a sentence on why it failed and what to do; null unless FAILED
 * @param notes what the user should know of the result: folders left out, scopes walked again, each a stable code and a
 *     scope name
 * @param retryOf the job whose failures this job retries; null for others
 * @param bulkId the start over many accounts that made the job, see {@link BulkResult#id()}; null for others
 * @param deletionsUnknownSince mail deleted between this and the job's start may be missing from what the job told, because the
 *     provider had forgotten the marks of the run before or lists no changes; because a FULL job with {@code maxEmails} read none
 *     after a run that was whole; or because a FULL job came after an incremental one that had ended early with folders still
 *     open, of which the marks do not say what it told. Null if nothing was missed
 */
public record BackfillJob(
        JobId id,
        UserId user,
        BackfillRequest request,
        JobState state,
        Progress progress,
        Instant createdAt,
        @Nullable Instant startedAt,
        @Nullable Instant endedAt,
        @Nullable Instant pausedAt,
        @Nullable Instant resumedAt,
        @Nullable Instant lastProgressAt,
        @Nullable Waiting waiting,
        boolean limited,
        @Nullable String failureCode,
        @Nullable String failureMessage,
        List<JobNote> notes,
        @Nullable JobId retryOf,
        @Nullable String bulkId,
        @Nullable Instant deletionsUnknownSince) {
    /** Checks what must be present. */
    public BackfillJob {
        requireNonNull(id, "id");
        requireNonNull(user, "user");
        requireNonNull(request, "request");
        requireNonNull(state, "state");
        requireNonNull(progress, "progress");
        requireNonNull(createdAt, "createdAt");
        notes = List.copyOf(notes);
    }

    /**
     * Says how much is done as a share.
     *
     * @return 0 to 1; 1 only when COMPLETED, below 1 before; null while the total is unknown
     */
    public @Nullable Double share() {
        if (state == JobState.COMPLETED) {
            return 1.0;
        }
        if (progress.totalKind() == CountKind.UNKNOWN) {
            return null;
        }
        double share = progress.total() == 0 ? 0 : (double) progress.processed() / progress.total();
        return Math.min(share, 0.99);
    }
}
