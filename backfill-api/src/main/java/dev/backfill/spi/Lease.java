package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.JobId;

/**
 * The right to run a job and to write its state. Immutable and thread-safe.
 *
 * @param jobId the job
 * @param owner the instance that holds the right
 * @param epoch the job's epoch at the claim; a write with an older one is refused
 */
public record Lease(JobId jobId, String owner, long epoch) {
    /** Checks what must be present. */
    public Lease {
        requireNonNull(jobId, "jobId");
        requireNonNull(owner, "owner");
    }
}
