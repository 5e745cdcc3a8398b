package dev.backfill.core.job;

import dev.backfill.api.JobId;
import dev.backfill.core.time.Signal;
import dev.backfill.core.time.StopToken;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * One run per job per process, whatever a queue says: it may hand a job out again while the run before has not noticed that
 * its lease is over. Thread-safe.
 */
final class Turns {
    private final Map<JobId, Signal> last = new ConcurrentHashMap<>();

    /** Queues up behind the turns of the same job; the caller ends the turn, whether it came or not. */
    Turn join(JobId id) {
        Signal own = new Signal();
        return new Turn(id, last.put(id, own), own);
    }

    /** A place in the line of a job. */
    final class Turn implements AutoCloseable {
        private final JobId id;
        private final @Nullable Signal before;
        private final Signal own;

        private Turn(JobId id, @Nullable Signal before, Signal own) {
            this.id = id;
            this.before = before;
            this.own = own;
        }

        /** Waits for the end of the turn before, if there is one; false if stopped or interrupted meanwhile. */
        boolean await(StopToken stop) {
            try {
                return before == null || before.await(stop);
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {
            last.remove(id, own);
            own.fire();
        }
    }
}
