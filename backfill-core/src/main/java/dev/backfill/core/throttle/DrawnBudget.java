package dev.backfill.core.throttle;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * This process's part of one budget: chunks drawn from the store, spent until they expire. It draws as much as was needed
 * lately, twice as much after a chunk that did not last and half as much after one that was lost, so that an idle process does
 * not eat the others' share. What is known only afterwards, bytes, becomes a debt where no chunk covers it, and nothing is sent
 * until the debt is booked. Guarded by {@link DrawnBudgets}.
 */
final class DrawnBudget {
    private static final Duration LEAST_WORTH = Duration.ofSeconds(2);
    private static final int LEAST_PARTS = 30;
    private static final int MOST_PARTS = 1_000;

    private final TimeSource time;
    private final Quota planned;
    private final String key;
    private final long mostWanted;
    private final Deque<Chunk> chunks = new ArrayDeque<>();
    private long wanted = 1;
    private long debt;
    private boolean dry;
    private long dryUntilNanos;
    private boolean drawing;

    DrawnBudget(TimeSource time, String ownerKey, Quota quota, ThrottleConfig config) {
        this.time = time;
        this.key = ownerKey + "/" + quota.name();
        long amount = Meter.planned(quota, config);
        this.planned = new Quota(quota.name(), quota.measure(), quota.scope(), amount, quota.window());
        this.mostWanted = Math.max(1, (long) ((double) amount * worthNanos(quota) / Nanos.of(quota.window())));
    }

    /** What the largest chunk is worth: two seconds, more of a long window, whose budget may be spent far faster than evenly. */
    private static long worthNanos(Quota quota) {
        long windowNanos = Nanos.of(quota.window());
        long worth = Math.max(LEAST_WORTH.toNanos(), windowNanos / MOST_PARTS);
        return Math.min(worth, windowNanos / LEAST_PARTS);
    }

    /** What a request takes when it is sent. */
    long cost(Operation operation) {
        return Math.min(Meter.cost(planned, operation), planned.amount());
    }

    /** What must be there for a request to be sent; of bytes, whose number nobody knows, one. */
    long needed(Operation operation) {
        return Math.max(1, cost(operation));
    }

    boolean has(long amount) {
        forgetExpired();
        return debt == 0 && left() >= amount;
    }

    private long left() {
        return chunks.stream().mapToLong(chunk -> chunk.left).sum();
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

    boolean countsBytes() {
        return planned.measure() == Quota.Measure.BYTES;
    }

    /** Charges for what has come. */
    void received(long bytes) {
        if (countsBytes() && bytes > 0) {
            forgetExpired();
            long covered = Math.min(bytes, left());
            take(covered);
            long uncovered = bytes - covered;
            debt += uncovered;
            // The next answer may be as long.
            wanted = Math.min(mostWanted, Math.max(wanted, 2 * uncovered));
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

    long debt() {
        return debt;
    }

    /** Books a debt. Called without the guard, since the store may be a database. */
    void book(BudgetStore store, long amount) {
        store.spend(key, planned, amount);
    }

    void booked(long amount) {
        debt -= amount;
    }

    /** Asks the store. Called without the guard. */
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
