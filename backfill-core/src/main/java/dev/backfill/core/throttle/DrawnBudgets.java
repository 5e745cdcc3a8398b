package dev.backfill.core.throttle;

import dev.backfill.core.log.ErrorText;
import dev.backfill.core.time.Monitor;
import dev.backfill.core.time.Signal;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Budgets that are kept in the store, as far as this process draws on them for one owner. Thread-safe. */
final class DrawnBudgets {
    private static final Logger LOG = LoggerFactory.getLogger(DrawnBudgets.class);
    /** From here on a process that begins anew must know what was spent. */
    private static final Duration LONG_WINDOW = Duration.ofHours(1);

    private static final Duration AFTER_STORE_FAILURE = Duration.ofSeconds(1);

    private final BudgetStore store;
    private final List<DrawnBudget> budgets;
    private final boolean countsBytes;
    private final Monitor monitor = new Monitor();
    // Guarded by the monitor: who waits for these budgets, the first first
    private final Map<Object, Signal> turns = new LinkedHashMap<>();
    private final AtomicBoolean storeFails = new AtomicBoolean();

    DrawnBudgets(BudgetStore store, List<DrawnBudget> budgets) {
        this.store = store;
        this.budgets = List.copyOf(budgets);
        this.countsBytes = budgets.stream().anyMatch(DrawnBudget::countsBytes);
    }

    /** Says which quotas are kept in the store: all that mailboxes share, and those that outlive a process by far. */
    static boolean keeps(Quota quota) {
        return quota.measure() != Quota.Measure.CONCURRENT && (quota.scope() != Quota.Scope.MAILBOX || isLong(quota));
    }

    /** Says whether what is spent counts for longer than a process may live. */
    static boolean isLong(Quota quota) {
        return quota.window().compareTo(LONG_WINDOW) >= 0;
    }

    /** {@return what keeps an operation from being paid; null when nothing does} */
    @Nullable
    Obstacle lacking(Operation operation) {
        return budgets.isEmpty() ? null : monitor.read(() -> lackingGuarded(operation));
    }

    /**
     * Takes an operation's price from every budget, or from none. Who finds something lacking is served before all who come
     * later, until {@link #leave}: so no mailbox is overtaken for good by others, nor a dear request by cheap ones.
     *
     * @param operation what is to be paid
     * @param who the same each time the same call tries
     * @param rest takes what else is to be paid, once all is there and before anything is taken here; gives what is in its way,
     *     which is not waited for in the line of these budgets. It may not ask them
     * @return what is in the way; null when it was taken
     */
    @Nullable
    Obstacle take(Operation operation, Object who, Supplier<@Nullable Obstacle> rest) {
        if (budgets.isEmpty()) {
            return rest.get();
        }
        return monitor.read(() -> {
            boolean first = turns.isEmpty() || turns.keySet().iterator().next().equals(who);
            Obstacle obstacle = first ? lackingGuarded(operation) : new Obstacle.Turn(new Signal());
            if (obstacle != null) {
                turns.put(who, obstacle instanceof Obstacle.Turn turn ? turn.comes() : new Signal());
                return obstacle;
            }
            Obstacle elsewhere = rest.get();
            if (elsewhere == null) {
                budgets.forEach(budget -> budget.take(budget.cost(operation)));
            } else {
                leave(who);
            }
            return elsewhere;
        });
    }

    /** Gives up a place: the call is sent, or something else is in its way. Wakes the next alone, for many may wait. */
    void leave(Object who) {
        if (budgets.isEmpty()) {
            return;
        }
        Signal next = monitor.read(() -> turns.remove(who) == null || turns.isEmpty()
                ? null
                : turns.values().iterator().next());
        if (next != null) {
            next.fire();
        }
    }

    private @Nullable Obstacle lackingGuarded(Operation operation) {
        for (DrawnBudget budget : budgets) {
            long needed = budget.needed(operation);
            if (!budget.has(needed)) {
                long dry = budget.dryNanos();
                return dry > 0 ? new Obstacle.Quota(dry) : new Obstacle.Draw(this, budget, needed);
            }
        }
        return null;
    }

    /** Charges for what has come; never waits. */
    void received(long bytes) {
        if (countsBytes) {
            monitor.change(() -> budgets.forEach(budget -> budget.received(bytes)));
        }
    }

    /**
     * Books what is owed and draws a chunk, unless another thread does just that; then waits for it. A store that fails gives
     * nothing for a second: it never fails open.
     *
     * @return false if stopped
     */
    boolean draw(Obstacle.Draw need, StopToken stop) throws InterruptedException {
        DrawnBudget budget = need.budget();
        if (!monitor.await(budget::beginDrawing, stop)) {
            return false;
        }
        try {
            book(budget);
            long most = monitor.read(() -> missing(need) ? budget.wanted() : 0L);
            if (most > 0) {
                DrawnBudget.Drawing drawing = budget.draw(store, need.amount(), most);
                monitor.change(() -> budget.drawn(drawing));
            }
            storeFails.set(false);
        } catch (RuntimeException e) {
            sayOnce(e);
            monitor.change(() -> budget.dryFor(AFTER_STORE_FAILURE));
        } finally {
            monitor.change(budget::endDrawing);
        }
        return true;
    }

    private static boolean missing(Obstacle.Draw need) {
        return !need.budget().has(need.amount()) && need.budget().dryNanos() <= 0;
    }

    private void book(DrawnBudget budget) {
        long debt = monitor.read(budget::debt);
        if (debt > 0) {
            budget.book(store, debt);
            monitor.change(() -> budget.booked(debt));
        }
    }

    private void sayOnce(RuntimeException failure) {
        if (!storeFails.getAndSet(true)) {
            LOG.warn(
                    "The budget store gave no answer; nothing of its budgets is sent until it does: {}",
                    ErrorText.withStack(failure));
        }
    }

    /** Books what is owed before the owner goes, since nobody would remember it. */
    void settle() {
        for (DrawnBudget budget : budgets) {
            try {
                if (monitor.read(budget::debt) > 0 && monitor.await(budget::beginDrawing, new StopToken())) {
                    bookLast(budget);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return;
            }
        }
    }

    private void bookLast(DrawnBudget budget) {
        try {
            book(budget);
        } catch (RuntimeException e) {
            sayOnce(e);
        } finally {
            monitor.change(budget::endDrawing);
        }
    }
}
