package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.util.List;

/**
 * What became of a start over many accounts. Immutable and thread-safe.
 *
 * @param id names this start, 1 to 64 characters; {@link JobFilter#bulk} lists and sums its jobs
 * @param accepted the jobs that were queued, in the order of the accounts
 * @param rejected the accounts that got no job, with the reason
 */
public record BulkResult(String id, List<JobId> accepted, List<Rejection> rejected) {
    /**
     * An account that got no job.
     *
     * @param account the account as it was given
     * @param reason why, for instance a conflict with a named job
     */
    public record Rejection(String account, BackfillException reason) {
        /** Checks what must be present. */
        public Rejection {
            requireNonNull(account, "account");
            requireNonNull(reason, "reason");
        }

        /** {@return a text without the account} */
        @Override
        public String toString() {
            return "Rejection[" + reason.code() + "]";
        }
    }

    /** Copies the lists. */
    public BulkResult {
        requireNonNull(id, "id");
        accepted = List.copyOf(accepted);
        rejected = List.copyOf(rejected);
    }
}
