package dev.backfill.core.throttle;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * This process's part of one budget of a project: chunks drawn from the store, spent until they expire. It draws as much as
 * was needed lately, twice as much after a chunk that did not last and half as much after one that was lost, so that an idle
 * process does not eat the others' share. Guarded by {@link ProjectLimits}.
 */
final class ProjectBudget {
    private static final Duration MOST_WORTH = Duration.ofSeconds(2);
    private static final int LEAST_PARTS = 30;

    private final TimeSource time;
    private final Quota planned;
    private final String key;
    private final long mostWanted;
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private long wanted = 1;
    private boolean dry;
    private long dryUntilNanos;
    private boolean drawing;

    ProjectBudget(TimeSource time, String ownerKey, Quota quota, ThrottleConfig config) {
        this.time = time;
        this.key = ownerKey + "/" + quota.name();
        long amount = Meter.planned(quota, config);
        this.planned = new Quota(quota.name(), quota.measure(), quota.scope(), amount, quota.window());
        long windowNanos = Nanos.of(quota.window());
        long worthNanos = Math.min(MOST_WORTH.toNanos(), windowNanos / LEAST_PARTS);
        this.mostWanted = Math.max(1, (long) ((double) amount * worthNanos / windowNanos));
    }

    long cost(Operation operation) {
        return Math.min(Meter.cost(planned, operation), planned.amount());
    }

    boolean has(long amount) {
        forgetExpired();
        return chunks.stream().mapToLong(chunk -> chunk.left).sum() >= amount;
    }

    /** How long the store said it has nothing; 0 or less when it may be asked. */
    long dryNanos() {
        return dry ? dryUntilNanos - time.nanoTime() : 0;
    }

    void take(long amount) {
        long missing = amount;
        while (missing > 0) {
            Chunk oldest = chunks.getFirst();
            long part = Math.min(missing, oldest.left);
            oldest.left -= part;
            missing -= part;
            if (oldest.left == 0) {
                chunks.removeFirst();
                wanted = Math.min(mostWanted, wanted * 2);
            }
        }
    }

    private void forgetExpired() {
        long now = time.nanoTime();
        while (!chunks.isEmpty() && now - chunks.getFirst().expiresNanos >= 0) {
            chunks.removeFirst();
            wanted = Math.max(1, wanted / 2);
        }
    }

    boolean beginDrawing() {
        if (drawing) {
            return false;
        }
        drawing = true;
        return true;
    }

    void endDrawing() {
        drawing = false;
    }

    /** Asks the store. Called without the guard, since the store may be a database. */
    Drawing draw(BudgetStore store, long amount, long most) {
        long begin = time.nanoTime();
        return new Drawing(begin, store.draw(key, planned, Math.min(planned.amount(), Math.max(amount, most))));
    }

    /** What the store gave, and when it was asked: a chunk's life begins no later than that. */
    record Drawing(long beginNanos, BudgetStore.Chunk chunk) {}

    long wanted() {
        return wanted;
    }

    void drawn(Drawing drawing) {
        BudgetStore.Chunk chunk = drawing.chunk();
        Duration retryAfter = chunk.retryAfter();
        if (retryAfter == null) {
            dry = false;
            chunks.addLast(new Chunk(chunk.amount(), drawing.beginNanos() + Nanos.of(chunk.life())));
        } else {
            dryFor(retryAfter.isZero() ? Duration.ofNanos(1) : retryAfter);
        }
    }

    void dryFor(Duration duration) {
        dry = true;
        dryUntilNanos = time.nanoTime() + Nanos.of(duration);
    }

    /** What is left of one drawing. */
    private static final class Chunk {
        private final long expiresNanos;
        private long left;

        Chunk(long left, long expiresNanos) {
            this.left = left;
            this.expiresNanos = expiresNanos;
        }
    }
}
