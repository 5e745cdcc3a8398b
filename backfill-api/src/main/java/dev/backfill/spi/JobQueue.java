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
         * through the store, and reads the wanted state again before it returns. Throws no exception; an {@link Error} of
         * the machine, for instance {@link OutOfMemoryError}, is thrown on once the job is stored as failed, and the queue
         * goes on with other jobs.
         *
         * @param id the job
         * @param hold says whether the queue still holds the job for this run
         * @return what the queue shall do with the job
         */
        Result run(JobId id, Hold hold);
    }

    /**
     * A queue's hold on a job that it handed out. A queue that many instances share loses it when this instance could not show
     * for a while that it lives; another may run the job then. Thread-safe, and quick: a run asks before every message.
     */
    @FunctionalInterface
    interface Hold {
        /** A hold that cannot be lost: nobody else hands out the job. */
        Hold ALWAYS = () -> true;

        /** {@return false once another instance may run the job; counted on monotonic time, so that a frozen process sees it} */
        boolean isHeld();
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
     * @param onRoom told, on any thread, that a run is over and {@link #room()} may have grown; must be quick or hand on
     */
    void start(Handler handler, Runnable onRoom);

    /**
     * Offers a job. Returns as soon as it is noted; offering a job that waits or runs already changes nothing.
     *
     * @param id the job
     * @return true if the job was not offered already, so that it takes room
     */
    boolean offer(JobId id);

    /**
     * Says how many more jobs would begin to run at once if they were offered now.
     *
     * @return the free slots of this instance, less the offers that nobody took yet; 0 or more; 0 once closed
     */
    int room();

    /** Stops handing out jobs and waits up to ten seconds for the runs under way. Closing twice does nothing. */
    @Override
    void close();
}
