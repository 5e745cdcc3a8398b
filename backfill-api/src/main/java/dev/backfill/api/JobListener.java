package dev.backfill.api;

/**
 * Hears what happens to the jobs of this instance.
 *
 * <p>Listeners are called one after another in the order of their registration, all on one thread of the engine's, soon after
 * the event is stored; events of one job come in the order in which they happened. A slow listener delays the events of all
 * jobs, never a job: when 10,000 events wait, further ones of progress and of failed messages are left out, those of states
 * never. What a listener throws is logged and goes no further.
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
