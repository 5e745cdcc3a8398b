package dev.backfill.store.jdbc;

import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import dev.backfill.testkit.ManualTime;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;

/** A handler whose runs a test holds up and lets go. Thread-safe. */
final class JobRuns implements JobQueue.Handler {
    private final Map<String, CountDownLatch> gates = new ConcurrentHashMap<>();
    private final Map<String, JobQueue.Hold> holds = new ConcurrentHashMap<>();
    private final Map<String, JobQueue.Result> results = new ConcurrentHashMap<>();
    private final List<String> begun = new CopyOnWriteArrayList<>();
    private final List<String> ended = new CopyOnWriteArrayList<>();
    private final AtomicInteger freed = new AtomicInteger();

    @Override
    public JobQueue.Result run(JobId id, JobQueue.Hold hold) {
        holds.put(id.value(), hold);
        begun.add(id.value());
        CountDownLatch gate = gates.get(id.value());
        try {
            if (gate != null && !gate.await(ManualTime.PATIENCE.toMillis(), TimeUnit.MILLISECONDS)) {
                throw new AssertionError("the test forgot " + id);
            }
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            ended.add(id.value() + " interrupted");
            return new JobQueue.Result.Done();
        }
        ended.add(id.value());
        return results.getOrDefault(id.value(), new JobQueue.Result.Done());
    }

    /** The runs of this job stand still until they are let go. */
    JobRuns holdUp(String id) {
        gates.put(id, new CountDownLatch(1));
        return this;
    }

    JobRuns answer(String id, JobQueue.Result result) {
        results.put(id, result);
        return this;
    }

    void letGo(String id) {
        CountDownLatch gate = gates.remove(id);
        if (gate != null) {
            gate.countDown();
        }
    }

    void freed() {
        freed.incrementAndGet();
    }

    int timesFreed() {
        return freed.get();
    }

    JobQueue.Hold hold(String id) {
        return holds.get(id);
    }

    List<String> begun() {
        return begun;
    }

    List<String> ended() {
        return ended;
    }

    void awaitBegun(String id) {
        Until.is(id + " to begin", () -> begun.contains(id));
    }

    void awaitEnded(String id) {
        Until.is(id + " to end", () -> ended.contains(id));
    }
}
