package dev.backfill.api;

/**
 * Hears what happens to the jobs of this instance.
 *
 * <p>Listeners are called one after another in the order of their registration, for one job on one thread at a time: the
 * job's own thread while it runs, the caller's for commands. A listener must return at once (a few milliseconds) and must
 * not call back into the manager with a waiting call; what it throws is logged and goes no further. An implementation that
 * hears several jobs must be thread-safe.
 */
@FunctionalInterface
public interface JobListener {
    /**
     * Takes one event.
     *
     * @param event what happened, never null
     */
    void onEvent(JobEvent event);
}
