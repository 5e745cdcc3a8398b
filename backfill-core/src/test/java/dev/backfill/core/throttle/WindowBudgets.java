package dev.backfill.core.throttle;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/** Budgets for one process alone. Thread-safe; remembers every key it was ever asked for, they are few. */
final class WindowBudgets implements BudgetStore {
    private static final Duration MOST_LIFE = Duration.ofSeconds(5);
    private static final int LEAST_LIVES = 40;

    private final TimeSource time;
    private final Object lock = new Object();
    // Guarded by the lock
    private final Map<String, WindowLog> logs = new HashMap<>();

    /**
     * Makes a store in which nothing is spent.
     *
     * @param time the clock
     */
    public WindowBudgets(TimeSource time) {
        this.time = time;
    }

    @Override
    public Chunk draw(String key, Quota budget, long wanted) {
        if (wanted < 1 || wanted > budget.amount()) {
            throw new IllegalArgumentException("wanted must be 1 to " + budget.amount() + ", was " + wanted);
        }
        Duration life = life(budget.window());
        synchronized (lock) {
            // A chunk may be spent at the end of its life: its window begins only then.
            WindowLog log = logs.computeIfAbsent(
                    key,
                    absent -> new WindowLog(
                            budget.amount(), budget.window().plus(life).toNanos()));
            long now = time.nanoTime();
            long amount = Math.min(wanted, log.room(now));
            if (amount == 0) {
                return Chunk.empty(Duration.ofNanos(log.waitNanos(now, 1)));
            }
            log.spend(now, amount);
            return new Chunk(amount, life, null);
        }
    }

    private static Duration life(Duration window) {
        Duration part = window.dividedBy(LEAST_LIVES);
        return part.compareTo(MOST_LIFE) > 0 ? MOST_LIFE : part;
    }
}
