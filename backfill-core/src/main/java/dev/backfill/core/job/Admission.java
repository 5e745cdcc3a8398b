package dev.backfill.core.job;

import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Decides which queued jobs may run on this instance: the most urgent ones, as many as there are free slots. Thread-safe.
 */
final class Admission {
    private final JobStore store;
    private final JobQueue queue;
    private final TimeSource time;
    private final int slots;
    private final Duration ageStep;
    private final Object lock = new Object();

    /** Jobs that hold a slot: offered to the queue or running; guarded by the lock. */
    private final Set<JobId> admitted = new HashSet<>();

    private boolean closed;

    Admission(JobStore store, JobQueue queue, TimeSource time, int slots, Duration ageStep) {
        this.store = store;
        this.queue = queue;
        this.time = time;
        this.slots = slots;
        this.ageStep = ageStep;
    }

    /** Fills the free slots. */
    void admit() {
        synchronized (lock) {
            int free = slots - admitted.size();
            if (closed) {
                return;
            }
            List<JobId> found = store.runnable(time.instant(), ageStep, slots);
            for (JobId id : found) {
                if (admitted.contains(id)) {
                    // Still queued: the queue is a hint and may have lost the offer; a second one changes nothing.
                    queue.offer(id);
                } else if (free > 0) {
                    admitted.add(id);
                    free--;
                    queue.offer(id);
                }
            }
        }
    }

    /** Takes back the slot of a job whose run is over, and gives it to the next. */
    void release(JobId id) {
        synchronized (lock) {
            admitted.remove(id);
        }
        admit();
    }

    /** Admits nothing from now on. */
    void close() {
        synchronized (lock) {
            closed = true;
        }
    }
}
