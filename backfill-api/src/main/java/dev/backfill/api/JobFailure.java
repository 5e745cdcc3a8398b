package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * One message, or one stretch of a mailbox, that could not be published. It holds no content. Immutable and thread-safe.
 *
 * @param number the row's number within its job, 1 or more
 * @param jobId the job
 * @param messageId the provider's message id; null when even that could not be read
 * @param scope the provider's id of the folder or scope
 * @param stage where it failed
 * @param reason a stable code, for instance {@code ErrorCorruptData} or {@code TOO_LARGE}
 * @param at when it failed
 */
public record JobFailure(
        long number, JobId jobId, @Nullable String messageId, String scope, Stage stage, String reason, Instant at) {
    /** The step in which a message failed. */
    public enum Stage {
        /** Reading it from the provider. */
        FETCH,
        /** Making the event. */
        ENCODE,
        /** Handing it to the sink. */
        PUBLISH
    }

    /** Checks what must be present. */
    public JobFailure {
        requireNonNull(jobId, "jobId");
        requireNonNull(scope, "scope");
        requireNonNull(stage, "stage");
        requireNonNull(reason, "reason");
        requireNonNull(at, "at");
    }
}
