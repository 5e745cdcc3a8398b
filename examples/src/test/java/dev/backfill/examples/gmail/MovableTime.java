package dev.backfill.examples.gmail;

import dev.backfill.core.time.SystemTime;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The machine's time, which a test moves on: so a job's requests over the wire take what they take, and what it waits hours for is
 * there at once. Thread-safe.
 */
final class MovableTime implements TimeSource, AutoCloseable {
    private final SystemTime real = new SystemTime();
    private final AtomicLong wallAhead = new AtomicLong();
    private final AtomicLong ahead = new AtomicLong();
    private final ConcurrentLinkedQueue<Pending> pending = new ConcurrentLinkedQueue<>();

    /** Something to run once, at a time or when it is moved there. */
    private record Pending(long dueNanos, Runnable task, AtomicBoolean done) {
        void run() {
            if (done.compareAndSet(false, true)) {
                task.run();
            }
        }
    }

    /** Moves both clocks. While nothing is asked over the wire: the deadline of a request would come too. */
    void pass(Duration duration) {
        wallAhead.addAndGet(duration.toNanos());
        ahead.addAndGet(duration.toNanos());
        long now = nanoTime();
        List<Pending> due = new ArrayList<>();
        for (Pending one : pending) {
            if (one.dueNanos() - now <= 0) {
                due.add(one);
            }
        }
        due.forEach(Pending::run);
    }

    /** Moves both clocks to where the wall clock shows an instant. */
    void passUntil(Instant instant) {
        pass(Duration.between(instant(), instant));
    }

    /** Moves the wall clock alone: no deadline comes nearer. */
    void passOnTheWall(Duration duration) {
        wallAhead.addAndGet(duration.toNanos());
    }

    @Override
    public Instant instant() {
        return real.instant().plusNanos(wallAhead.get());
    }

    @Override
    public long nanoTime() {
        return real.nanoTime() + ahead.get();
    }

    @Override
    public Timer schedule(Duration delay, Runnable task) {
        Pending one = new Pending(nanoTime() + delay.toNanos(), task, new AtomicBoolean());
        pending.removeIf(other -> other.done().get());
        pending.add(one);
        Timer timer = real.schedule(delay, one::run);
        return () -> {
            one.done().set(true);
            timer.cancel();
        };
    }

    @Override
    public void close() {
        real.close();
    }
}
