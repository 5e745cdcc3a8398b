package dev.backfill.api;

/** What a job reads. */
public enum Mode {
    /** All mail of the range, and the changes since the job began. */
    FULL,
    /** What changed since the last completed job of the mailbox. */
    INCREMENTAL
}
