package dev.backfill.core.job;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/**
 * Budgets of one process. Thread-safe.
 *
 * <p>It never gives more than the amount in any stretch of time as long as the window, and neither can be spent more: what was
 * drawn is held against the budget until the window has passed since the last moment at which it could be spent. A chunk lives
 * for a twentieth of the window, at least 100 ms and at most 5 s, so this costs at most a twentieth of the budget (a tenth
 * for a window of a second).
 */
public final class InMemoryBudgetStore implements BudgetStore {
    /** The longest life of a chunk. */
    public static final Duration LONGEST_LIFE = Duration.ofSeconds(5);

    /** The shortest life of a chunk, for windows longer than that. */
    public static final Duration SHORTEST_LIFE = Duration.ofMillis(100);

    private static final int LIVES_A_WINDOW = 20;
    private static final int MERGES_A_LIFE = 4;

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    private final Map<String, Deque<Grant>> grants = new HashMap<>();

    /**
     * Makes a store whose budgets are all unspent.
     *
     * @param clock tells the time; when it jumps back nothing is given that was given already
     */
    public InMemoryBudgetStore(InstantSource clock) {
        this.clock = requireNonNull(clock, "clock");
    }

    @Override
    public Chunk draw(String key, Quota budget, long wanted) {
        requireNonNull(key, "key");
        if (wanted < 1 || wanted > budget.amount() || budget.window().isZero()) {
            throw new IllegalArgumentException(
                    "wanted must be 1 to " + budget.amount() + " of a budget with a window, was " + wanted);
        }
        Duration life = life(budget.window());
        lock.lock();
        try {
            Instant now = clock.instant();
            Deque<Grant> held = grants.computeIfAbsent(key, name -> new ArrayDeque<>());
            while (!held.isEmpty() && !held.getFirst().freeAt().isAfter(now)) {
                held.removeFirst();
            }
            long free = budget.amount() - held.stream().mapToLong(Grant::amount).sum();
            if (free <= 0) {
                return new Chunk(0, now, held.getFirst().freeAt());
            }
            long amount = Math.min(free, wanted);
            Instant expiresAt = now.plus(life);
            hold(held, new Grant(expiresAt, expiresAt.plus(budget.window()), amount), life);
            return new Chunk(amount, expiresAt, null);
        } finally {
            lock.unlock();
        }
    }

    /** Small draws close together are held as one, until the later of their times, so that there are never many. */
    private static void hold(Deque<Grant> held, Grant grant, Duration life) {
        Grant last = held.peekLast();
        Duration apart = last == null ? life : Duration.between(last.firstExpiry(), grant.firstExpiry());
        if (last != null && apart.compareTo(life.dividedBy(MERGES_A_LIFE)) < 0) {
            held.removeLast();
            Instant freeAt = last.freeAt().isAfter(grant.freeAt()) ? last.freeAt() : grant.freeAt();
            held.addLast(new Grant(last.firstExpiry(), freeAt, last.amount() + grant.amount()));
        } else {
            held.addLast(grant);
        }
    }

    private static Duration life(Duration window) {
        Duration life = window.dividedBy(LIVES_A_WINDOW);
        if (life.compareTo(SHORTEST_LIFE) < 0) {
            return window.compareTo(SHORTEST_LIFE) < 0 ? window : SHORTEST_LIFE;
        }
        return life.compareTo(LONGEST_LIFE) > 0 ? LONGEST_LIFE : life;
    }

    private record Grant(Instant firstExpiry, Instant freeAt, long amount) {}
}
