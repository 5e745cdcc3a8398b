package dev.backfill.api;

/** The command does not fit the job's state. */
public final class JobStateException extends BackfillException {
    private static final long serialVersionUID = 1L;

    private final JobState state;

    /**
     * Makes an exception.
     *
     * @param id the job
     * @param state where it stands
     * @param command what was asked, for instance {@code pause}
     */
    public JobStateException(JobId id, JobState state, String command) {
        super("WRONG_STATE", "Job " + id + " is " + state.code() + "; " + command + " is not possible.");
        this.state = state;
    }

    /** {@return where the job stands} */
    public JobState state() {
        return state;
    }
}
