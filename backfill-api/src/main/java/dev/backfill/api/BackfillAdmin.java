package dev.backfill.api;

/**
 * The jobs of all users, for operators. Thread-safe.
 *
 * <p>Every method throws {@link BackfillException} with code {@code CLOSED} once the manager is closed, and with code {@code STORE}
 * when the store does not answer; the list refuses a cursor that is none of its own with {@link InvalidRequestException}.
 */
public interface BackfillAdmin {
    /**
     * Lists jobs of all users, newest first.
     *
     * @param filter which jobs
     * @param page which part of the list
     * @return one page
     */
    Page<BackfillJob> list(JobFilter filter, PageRequest page);

    /**
     * Counts jobs of all users and their messages.
     *
     * @param filter which jobs
     * @return the counts
     */
    Summary summary(JobFilter filter);

    /** {@return counts over all jobs of all users} */
    default Summary summary() {
        return summary(JobFilter.all());
    }

    /**
     * Gives any user's job as it stands now.
     *
     * @param id the job
     * @return the job; command it through {@link BackfillManager#forUser(UserId)} with {@link BackfillJob#user()}
     * @throws JobNotFoundException if there is no such job
     */
    BackfillJob status(JobId id);
}
