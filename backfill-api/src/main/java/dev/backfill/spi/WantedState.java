package dev.backfill.spi;

/** What the user wants of a job, stored beside what the job does. */
public enum WantedState {
    /** It shall run to its end. */
    RUN,
    /** It shall stop and stay resumable. */
    PAUSE,
    /** It shall stop for good. */
    CANCEL
}
