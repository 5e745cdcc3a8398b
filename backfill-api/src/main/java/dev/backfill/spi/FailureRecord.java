package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.JobFailure;
import java.time.Instant;

/**
 * A failure row as it is stored. Immutable and thread-safe.
 *
 * @param number the row's number within its job, 1 or more, without gaps
 * @param ref what to replay
 * @param stage where it failed
 * @param kind how the provider or the sink answered
 * @param reason a stable code without content
 * @param at when it failed
 */
public record FailureRecord(
        long number, FailureRef ref, JobFailure.Stage stage, JobFailure.Kind kind, String reason, Instant at) {
    /** Checks what must be present. */
    public FailureRecord {
        requireNonNull(ref, "ref");
        requireNonNull(stage, "stage");
        requireNonNull(kind, "kind");
        requireNonNull(reason, "reason");
        requireNonNull(at, "at");
    }
}
