package dev.backfill.api;

/** What a job reads. */
public enum Mode {
    /**
     * All mail of the range, and the changes since the job began; where a job over the same folders was whole before, the changes since that
     * one too, deletions among them. With {@code maxEmails} or {@code pin(false)} the mail alone.
     */
    FULL,
    /**
     * What changed since the last completed job of the account over the same folders, and what that job failed on; or, where an
     * incremental job ended early since, or any did and none was whole, what that one left, as if it were resumed: a note
     * {@code CONTINUES} names it. Where
     * changes cannot be had (no such job, a provider without lists of changes, marks that the provider has forgotten) all mail
     * of the range is read; a note {@code READ_WHOLE} says why, and {@link BackfillJob#deletionsUnknownSince()} since when.
     */
    INCREMENTAL
}
