package dev.backfill.api;

/** The account already has an active job. */
public final class JobConflictException extends BackfillException {
    private static final long serialVersionUID = 1L;

    private final transient JobId activeJob;

    /**
     * Makes an exception.
     *
     * @param activeJob the job that holds the account
     */
    public JobConflictException(JobId activeJob) {
        super("CONFLICT", "Job " + activeJob + " is active on this account; cancel it or wait for its end.");
        this.activeJob = activeJob;
    }

    /** {@return the job that holds the account} */
    public JobId activeJob() {
        return activeJob;
    }
}
