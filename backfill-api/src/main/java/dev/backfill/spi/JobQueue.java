package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.JobId;
import java.time.Instant;

/**
 * Who runs which job when: a hint beside the {@link JobStore}, which alone is the truth. A job offered may be lost or handed
 * out twice; the engine copes with both. Thread-safe.
 */
public interface JobQueue extends AutoCloseable {
    /** Runs jobs. Thread-safe. */
    @FunctionalInterface
    interface Handler {
        /**
         * Runs a job until it ends, stops or gives up its slot. Blocks for the whole run, hours if need be; claims the job
         * through the store, and reads the wanted state again before it returns. Does not throw.
         *
         * @param id the job
         * @return what the queue shall do with the job
         */
        Result run(JobId id);
    }

    /** What a queue does with a job after a run. */
    sealed interface Result {
        /** Forget the job; whoever wants it run offers it again. */
        record Done() implements Result {}

        /**
         * Offer the job again.
         *
         * @param at not before this
         */
        record Again(Instant at) implements Result {
            /** Checks that the time is present. */
            public Again {
                requireNonNull(at, "at");
            }
        }
    }

    /**
     * Begins to run what is offered. Called once, before the first offer.
     *
     * @param handler runs a job on a thread of the queue, different jobs at the same time
     */
    void start(Handler handler);

    /**
     * Offers a job. Returns at once; offering a job that waits or runs here already changes nothing, except that one offered
     * while it runs is run again afterwards.
     *
     * @param id the job
     */
    void offer(JobId id);

    /** Stops handing out jobs and waits up to ten seconds for the runs under way. Closing twice does nothing. */
    @Override
    void close();
}
