package dev.backfill.core.job;

import dev.backfill.api.JobId;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * A lock for each job, so that a slow write of one holds up no other. Kept only while somebody holds it or waits for it.
 * Thread-safe.
 */
final class JobLocks {
    /** A lock and how many threads hold it or wait for it; counted within the map's own steps. */
    private static final class Counted {
        private final ReentrantLock lock = new ReentrantLock();
        private int users;
    }

    private final Map<JobId, Counted> locks = new ConcurrentHashMap<>();

    /** Does something while no other thread does something of the same job; the thread that holds a lock may take it again. */
    <T> T locked(JobId id, Supplier<T> step) {
        Counted own = locks.compute(id, (key, known) -> {
            Counted counted = known == null ? new Counted() : known;
            counted.users++;
            return counted;
        });
        own.lock.lock();
        try {
            return step.get();
        } finally {
            own.lock.unlock();
            locks.computeIfPresent(id, (key, counted) -> --counted.users == 0 ? null : counted);
        }
    }

    /** How many jobs have a lock at present. */
    int size() {
        return locks.size();
    }
}
