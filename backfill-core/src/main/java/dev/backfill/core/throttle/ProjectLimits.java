package dev.backfill.core.throttle;

import dev.backfill.core.log.ErrorText;
import dev.backfill.core.time.Monitor;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all mailboxes of one project share in this process: the fence and the parts of its budgets. Thread-safe. */
final class ProjectLimits {
    private static final Logger LOG = LoggerFactory.getLogger(ProjectLimits.class);
    private static final Duration AFTER_STORE_FAILURE = Duration.ofSeconds(1);

    private final BudgetStore store;
    private final Fence fence;
    private final List<ProjectBudget> budgets;
    private final Monitor monitor = new Monitor();
    private final AtomicBoolean storeFails = new AtomicBoolean();

    ProjectLimits(
            String provider,
            String projectKey,
            List<Quota> quotas,
            TimeSource time,
            BudgetStore store,
            ThrottleConfig config,
            DoubleSupplier random) {
        this.store = store;
        this.fence = new Fence(SourceException.Scope.PROJECT, time, config, random);
        this.budgets = quotas.stream()
                .filter(quota -> quota.scope() != Quota.Scope.MAILBOX)
                .map(quota -> new ProjectBudget(time, key(quota, provider, projectKey), quota, config))
                .toList();
    }

    /** Who pays: each project has its own part of what all share, drawn under one name. */
    private static String key(Quota quota, String provider, String projectKey) {
        return quota.scope() == Quota.Scope.GLOBAL ? provider : projectKey;
    }

    Fence fence() {
        return fence;
    }

    /** Takes an operation's price from every budget, or from none. {@return what is in the way; null when it was taken} */
    @Nullable
    Obstacle take(Operation operation) {
        if (budgets.isEmpty()) {
            return null;
        }
        return monitor.read(() -> takeGuarded(operation));
    }

    private @Nullable Obstacle takeGuarded(Operation operation) {
        for (ProjectBudget budget : budgets) {
            if (!budget.has(budget.cost(operation))) {
                long dry = budget.dryNanos();
                return dry > 0 ? new Obstacle.Quota(dry) : new Obstacle.Draw(budget, budget.cost(operation));
            }
        }
        for (ProjectBudget budget : budgets) {
            budget.take(budget.cost(operation));
        }
        return null;
    }

    /**
     * Draws a chunk, unless another thread does just that; then waits for it. A store that fails gives nothing for a second:
     * it never fails open.
     *
     * @return false if stopped
     */
    boolean draw(Obstacle.Draw need, StopToken stop) throws InterruptedException {
        ProjectBudget budget = need.budget();
        if (!monitor.await(budget::beginDrawing, stop)) {
            return false;
        }
        try {
            long most = monitor.read(() -> missing(need) ? budget.wanted() : 0L);
            if (most > 0) {
                ProjectBudget.Drawing drawing = budget.draw(store, need.amount(), most);
                monitor.change(() -> budget.drawn(drawing));
                storeFails.set(false);
            }
        } catch (RuntimeException e) {
            if (!storeFails.getAndSet(true)) {
                LOG.warn(
                        "The budget store gave no answer; nothing of its budgets is sent until it does: {}",
                        ErrorText.withStack(e));
            }
            monitor.change(() -> budget.dryFor(AFTER_STORE_FAILURE));
        } finally {
            monitor.change(budget::endDrawing);
        }
        return true;
    }

    private static boolean missing(Obstacle.Draw need) {
        return !need.budget().has(need.amount()) && need.budget().dryNanos() <= 0;
    }
}
