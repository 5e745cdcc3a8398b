package dev.backfill.api;

/** Something that happened to a job on this instance. Immutable and thread-safe. */
public sealed interface JobEvent {
    /** {@return the job as it stands after the event} */
    BackfillJob job();

    /**
     * The job came into another state.
     *
     * @param job the job after the change
     * @param before the state before; equal to the new state for a job just created
     */
    record StateChanged(BackfillJob job, JobState before) implements JobEvent {}

    /**
     * A checkpoint was written.
     *
     * @param job the job after the checkpoint
     */
    record Progressed(BackfillJob job) implements JobEvent {}

    /**
     * A failure row was written.
     *
     * @param job the job after the checkpoint that holds the row
     * @param failure the row
     */
    record MessageFailed(BackfillJob job, JobFailure failure) implements JobEvent {}
}
