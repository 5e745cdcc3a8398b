package dev.backfill.api;

/** The user has no such job; it may be somebody else's. */
public final class JobNotFoundException extends BackfillException {
    private static final long serialVersionUID = 1L;

    /**
     * Makes an exception.
     *
     * @param id the job asked for
     */
    public JobNotFoundException(JobId id) {
        super("NOT_FOUND", "There is no job " + id + ".");
    }
}
