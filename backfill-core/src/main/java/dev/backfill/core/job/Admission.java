package dev.backfill.core.job;

import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Decides which queued jobs may run: the most urgent ones, as many as the queue has room for. What is offered and what runs is
 * the queue's to know, so that several instances can share one backlog. What was offered and has not begun is not offered with
 * each look, for each is a write, and many jobs started one after the other would offer all before them again; but once a sweep it
 * is, for an offer may be lost. Thread-safe.
 */
final class Admission {
    private final JobStore store;
    private final JobQueue queue;
    private final TimeSource time;
    private final int slots;
    private final Duration ageStep;
    private final JobLimits limits;
    private final long offerHoldsNanos;
    /** When what waits was offered last, by the time source's nanoseconds. */
    private final Map<JobId, Long> offered = new ConcurrentHashMap<>();
    /** Not a monitor: the store is asked under it, and a virtual thread that waits for its connection must not keep its carrier. */
    private final ReentrantLock lock = new ReentrantLock();

    private boolean closed;

    Admission(JobStore store, JobQueue queue, TimeSource time, ManagerConfig config) {
        this.store = store;
        this.queue = queue;
        this.time = time;
        this.slots = config.maxConcurrentJobs();
        this.ageStep = config.ageStep();
        this.limits = config.limits();
        // Half: each sweep finds what the one before offered no longer held.
        this.offerHoldsNanos = config.sweepInterval().toNanos() / 2;
    }

    /** A job begins to run here, so that what becomes of it may be offered at once; never blocks. */
    void begun(JobId id) {
        offered.remove(id);
    }

    /** Fills the free slots. */
    void admit() {
        lock.lock();
        try {
            int room = closed ? 0 : queue.room();
            if (room == 0) {
                return;
            }
            // Jobs offered and not yet claimed are in the answer too; offering them again would change nothing.
            List<JobId> waiting = waiting(limits);
            offered.keySet().retainAll(Set.copyOf(waiting));
            for (JobId id : waiting) {
                if (room > 0 && !isHeldOut(id) && offer(id)) {
                    room--;
                }
            }
        } finally {
            lock.unlock();
        }
    }

    private boolean isHeldOut(JobId id) {
        Long at = offered.get(id);
        return at != null && time.nanoTime() - at < offerHoldsNanos;
    }

    private boolean offer(JobId id) {
        // Noted first, for it may begin before the queue returns, and then nothing of it may stay behind.
        offered.put(id, time.nanoTime());
        boolean known = false;
        try {
            boolean taken = queue.offer(id);
            known = true;
            return taken;
        } finally {
            if (!known) {
                offered.remove(id);
            }
        }
    }

    /**
     * Counts jobs that could run if others gave up their slots, at most as many as there are slots; none while one of them can run
     * as it is. Who waits for the cluster's limit waits for a slot too, a free one here or not.
     */
    Demand demand() {
        lock.lock();
        try {
            boolean unlimited = limits.equals(JobLimits.NONE);
            boolean canRun = !closed
                    && queue.room() > 0
                    && (unlimited || !waiting(limits).isEmpty());
            if (closed || canRun) {
                return Demand.NONE;
            }
            List<JobId> anybodys = waiting(new JobLimits(limits.perUser(), JobLimits.NONE.perCluster()));
            return new Demand(anybodys.size(), unlimited ? Map.of() : waitingForTheirUsers(anybodys));
        } finally {
            lock.unlock();
        }
    }

    private Map<UserId, Integer> waitingForTheirUsers(List<JobId> others) {
        Map<UserId, Integer> waiting = new HashMap<>();
        for (JobId id : waiting(JobLimits.NONE)) {
            if (!others.contains(id)) {
                store.find(id).ifPresent(job -> waiting.merge(job.account().user(), 1, Integer::sum));
            }
        }
        return waiting;
    }

    /**
     * How many slots are waited for.
     *
     * @param anybodys those that could be anybody's
     * @param ofUser those that must be of a user, who has as many as it may have
     */
    record Demand(int anybodys, Map<UserId, Integer> ofUser) {
        static final Demand NONE = new Demand(0, Map.of());
    }

    private List<JobId> waiting(JobLimits within) {
        return store.runnable(time.instant(), ageStep, within, slots);
    }

    /** Admits nothing from now on. */
    void close() {
        lock.lock();
        try {
            closed = true;
        } finally {
            lock.unlock();
        }
    }
}
