package dev.backfill.core.throttle;

import dev.backfill.spi.SourceException;
import dev.backfill.spi.TimeSource;
import java.util.function.DoubleSupplier;

/** What all mailboxes of one project share in this process: the fence and the parts of its budgets. Thread-safe. */
final class ProjectLimits {
    private final Fence fence;
    private final DrawnBudgets budgets;

    ProjectLimits(TimeSource time, ThrottleConfig config, DoubleSupplier random, DrawnBudgets budgets) {
        this.fence = new Fence(SourceException.Scope.PROJECT, time, config, random);
        this.budgets = budgets;
    }

    Fence fence() {
        return fence;
    }

    DrawnBudgets budgets() {
        return budgets;
    }
}
