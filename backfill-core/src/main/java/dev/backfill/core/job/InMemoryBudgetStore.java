package dev.backfill.core.job;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.BudgetGrants;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import java.time.InstantSource;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;

/** Budgets of one process, kept while it lives; {@link BudgetGrants} says what they promise. Thread-safe. */
public final class InMemoryBudgetStore implements BudgetStore {
    private final InstantSource clock;
    private final ReentrantLock lock = new ReentrantLock();
    // Guarded by the lock
    private final Map<String, BudgetGrants> grants = new HashMap<>();

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
        lock.lock();
        try {
            BudgetGrants.Drawn drawn =
                    grants.getOrDefault(key, BudgetGrants.NONE).draw(clock.instant(), budget, wanted);
            grants.put(key, drawn.after());
            return drawn.chunk();
        } finally {
            lock.unlock();
        }
    }
}
