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
 * @param kind how the provider or the sink answered
 * @param reason a stable code, for instance {@code ErrorCorruptData} or {@code TOO_LARGE}
 * @param at when it failed
 */
public record JobFailure(
        long number,
        JobId jobId,
        @Nullable String messageId,
        String scope,
        Stage stage,
        Kind kind,
        String reason,
        Instant at) {
    /** The step in which a message failed. */
    public enum Stage {
        /** Reading it from the provider. */
        FETCH,
        /** Making the event. */
        ENCODE,
        /** Handing it to the sink. */
        PUBLISH
    }

    /**
     * How the provider or the sink answered, which tells whether a retry can help. Those of a message that was not read are
     * the provider's, by the names of {@link dev.backfill.spi.SourceException.Kind}; of the others it is {@link #PERMANENT}.
     */
    public enum Kind {
        /** The provider had a transient fault that outlived all retries: a later one may help. */
        RETRY,
        /** The provider's gateway gave up, on a single message too: a later retry may help. */
        RETRY_SMALLER,
        /** The provider throttled. */
        THROTTLED,
        /** The provider gave nothing for minutes or hours. */
        PARKED,
        /** The provider refused the token for this message. */
        AUTH,
        /** The provider's cursor was dead. */
        RESTART_PARTITION,
        /** The provider cannot give this message. */
        SKIP_MESSAGE,
        /** The message's folder is gone or forbidden. */
        SKIP_PARTITION,
        /** The provider gave an answer that ends whole jobs elsewhere. */
        FAIL_JOB,
        /** The message cannot be encoded, or the sink will never take it. */
        PERMANENT
    }

    /** Checks what must be present. */
    public JobFailure {
        requireNonNull(jobId, "jobId");
        requireNonNull(scope, "scope");
        requireNonNull(stage, "stage");
        requireNonNull(kind, "kind");
        requireNonNull(reason, "reason");
        requireNonNull(at, "at");
    }
}
