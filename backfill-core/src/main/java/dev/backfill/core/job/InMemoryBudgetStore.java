package dev.backfill.core.job;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.BudgetGrants;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.spi.TimeSource;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Budgets of one process, kept while it lives; {@link BudgetGrants} says what they promise. Thread-safe. */
public final class InMemoryBudgetStore implements BudgetStore {
    private static final int FEW = 256;

    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    // Both guarded by the lock
    private final Map<String, BudgetGrants> grants = new HashMap<>();
    private int sweepAt = FEW;

    /**
     * Makes a store whose budgets are all unspent.
     *
     * @param clock tells the time; when it jumps back nothing is given that was given already
     */
    public InMemoryBudgetStore(InstantSource clock) {
        this.clock = requireNonNull(clock, "clock");
    }

    /**
     * Makes a store for one process, which does not care how the wall clock is set.
     *
     * @param time whose monotonic time counts
     * @return a store whose budgets are all unspent
     */
    public static InMemoryBudgetStore monotonic(TimeSource time) {
        Instant begin = time.instant();
        long beginNanos = time.nanoTime();
        return new InMemoryBudgetStore(() -> begin.plusNanos(time.nanoTime() - beginNanos));
    }

    @Override
    public Chunk draw(String key, Quota budget, long wanted) {
        requireNonNull(key, "key");
        lock.lock();
        try {
            Instant now = clock.instant();
            BudgetGrants.Drawn drawn = before(key, now).draw(now, budget, wanted);
            grants.put(key, drawn.after());
            return drawn.chunk();
        } finally {
            lock.unlock();
        }
    }

    @Override
    public void spend(String key, Quota budget, long amount) {
        requireNonNull(key, "key");
        lock.lock();
        try {
            Instant now = clock.instant();
            grants.put(key, before(key, now).spend(now, budget, amount));
        } finally {
            lock.unlock();
        }
    }

    private BudgetGrants before(String key, Instant now) {
        if (grants.size() >= sweepAt) {
            grants.values().removeIf(held -> !held.freeAt().isAfter(now));
            sweepAt = Math.max(FEW, 2 * grants.size());
        }
        return grants.getOrDefault(key, BudgetGrants.NONE);
    }

    /** How many budgets are remembered. */
    int size() {
        lock.lock();
        try {
            return grants.size();
        } finally {
            lock.unlock();
        }
    }
}
