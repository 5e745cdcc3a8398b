package dev.backfill.api;

/**
 * The library's front door: owns the engine, its threads and its sink. Thread-safe.
 *
 * <p>A host builds one with {@code Backfill.builder()} of {@code backfill-core}, keeps it for its life, and closes it.
 */
public interface BackfillManager extends AutoCloseable {
    /**
     * Gives the jobs of one user. Cheap; nothing is kept.
     *
     * @param user the user
     * @return the only way to this user's jobs
     */
    UserJobs forUser(UserId user);

    /** {@return the jobs of all users} */
    BackfillAdmin admin();

    /**
     * Adds a listener for all jobs of this instance.
     *
     * @param listener called from now on, after those added before it
     * @return removes the listener when closed; closing twice does nothing
     */
    Subscription addListener(JobListener listener);

    /** Ends a listener's registration. Thread-safe. */
    @FunctionalInterface
    interface Subscription extends AutoCloseable {
        /** Removes the listener; an event under way may still reach it. */
        @Override
        void close();
    }

    /**
     * Stops all jobs of this instance within seconds: each writes a last checkpoint and is queued again, so that this
     * program, started again over the same store, or another instance goes on. Listeners hear what happened until then, if
     * they take it within two seconds. Closing twice does nothing.
     */
    @Override
    void close();
}
