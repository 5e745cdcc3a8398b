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
    private final Map<JobId, Turn> last = new ConcurrentHashMap<>();

    /** Queues up behind the turns of the same job; the caller ends the turn, whether it came or not. */
    Turn join(JobId id) {
        Turn turn = new Turn(id);
        turn.before = last.put(id, turn);
        return turn;
    }

    /** A place in the line of a job. */
    final class Turn implements AutoCloseable {
        private final JobId id;
        private final Signal over = new Signal();
        private volatile @Nullable Turn before;

        private Turn(JobId id) {
            this.id = id;
        }

        /** Waits until all turns before are over; false if stopped or interrupted meanwhile. */
        boolean await(StopToken stop) {
            try {
                // One that left the line early is over, but those before it may not be.
                for (Turn turn = before; turn != null; turn = turn.before) {
                    if (!turn.over.await(stop)) {
                        return false;
                    }
                }
                before = null;
                return true;
            } catch (InterruptedException closing) {
                Thread.currentThread().interrupt();
                return false;
            }
        }

        @Override
        public void close() {
            over.fire();
            if (before == null) {
                last.remove(id, this);
            }
        }
    }
}
