package dev.backfill.testkit.contract;

import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import dev.backfill.testkit.ManualTime;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.BooleanSupplier;

/** A handler that counts runs and notices a job that runs twice at once. Thread-safe. */
final class QueueRuns implements JobQueue.Handler {
    private final ReentrantLock lock = new ReentrantLock();
    private final Condition changed = lock.newCondition();
    private final Map<String, Integer> begun = new HashMap<>();
    private final Map<String, Integer> ended = new HashMap<>();
    private final Map<String, JobQueue.Result> next = new HashMap<>();
    private final List<String> errors = new ArrayList<>();
    private final Work work;
    private int freed;

    /** What a run does. */
    @FunctionalInterface
    interface Work {
        void run(JobId id) throws Exception;
    }

    QueueRuns() {
        this(id -> {});
    }

    QueueRuns(Work work) {
        this.work = work;
    }

    @Override
    public JobQueue.Result run(JobId id, JobQueue.Hold hold) {
        lock.lock();
        try {
            int before = begun.merge(id.value(), 1, Integer::sum) - 1;
            if (before != ended.getOrDefault(id.value(), 0)) {
                errors.add(id + " runs twice at once");
            }
            changed.signalAll();
        } finally {
            lock.unlock();
        }
        String error = hold.isHeld() ? attempt(id) : id + " was handed out without a hold";
        lock.lock();
        try {
            if (!error.isEmpty()) {
                errors.add(error);
            }
            ended.merge(id.value(), 1, Integer::sum);
            changed.signalAll();
            JobQueue.Result answer = next.remove(id.value());
            return answer == null ? new JobQueue.Result.Done() : answer;
        } finally {
            lock.unlock();
        }
    }

    private String attempt(JobId id) {
        try {
            work.run(id);
            return "";
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            return id + " was interrupted";
        } catch (Exception broken) {
            return id + ": " + broken;
        }
    }

    void answerNext(String id, JobQueue.Result answer) {
        lock.lock();
        try {
            next.put(id, answer);
        } finally {
            lock.unlock();
        }
    }

    int begun(String id) {
        lock.lock();
        try {
            return begun.getOrDefault(id, 0);
        } finally {
            lock.unlock();
        }
    }

    List<String> errors() {
        lock.lock();
        try {
            return List.copyOf(errors);
        } finally {
            lock.unlock();
        }
    }

    /** Told by the queue that a slot is free. */
    void freed() {
        lock.lock();
        try {
            freed++;
            changed.signalAll();
        } finally {
            lock.unlock();
        }
    }

    /** Waits until so many runs are over for the queue as well. */
    void awaitFreed(int count) {
        await(() -> freed >= count, "the queue to be free of " + count + " runs");
    }

    void awaitBegun(String id, int count) {
        await(() -> begun.getOrDefault(id, 0) >= count, id + " to begin " + count + " times");
    }

    void awaitEnded(String id, int count) {
        await(() -> ended.getOrDefault(id, 0) >= count, id + " to end " + count + " times");
    }

    private void await(BooleanSupplier condition, String what) {
        lock.lock();
        try {
            long left = ManualTime.PATIENCE.toNanos();
            while (!condition.getAsBoolean()) {
                if (left <= 0) {
                    throw new AssertionError("waited " + ManualTime.PATIENCE + " for " + what);
                }
                left = changed.awaitNanos(left);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + what, interrupted);
        } finally {
            lock.unlock();
        }
    }
}
