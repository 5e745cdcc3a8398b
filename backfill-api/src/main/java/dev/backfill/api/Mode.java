package dev.backfill.api;

/** What a job reads. */
public enum Mode {
    /** All mail of the range, and the changes since the job began. */
    FULL,
    /**
     * What changed since the last completed job of the account over the same folders, and what that job failed on. Where
     * changes cannot be had (no such job, a provider without lists of changes, marks that the provider has forgotten) all mail
     * of the range is read; a note {@code READ_WHOLE} says why, and {@link BackfillJob#deletionsUnknownSince()} since when.
     */
    INCREMENTAL
}
