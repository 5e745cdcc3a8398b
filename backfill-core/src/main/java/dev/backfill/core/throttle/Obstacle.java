package dev.backfill.core.throttle;

import dev.backfill.core.time.Signal;

/** What keeps a call from being sent now. */
sealed interface Obstacle {
    /** The provider throttled. */
    record Throttled(Fence.Hold hold) implements Obstacle {}

    /** A quota or rate is used up for a time. */
    record Quota(long nanos) implements Obstacle {}

    /** As many requests as may be are in flight, or others came first; a change wakes the call. */
    record Busy() implements Obstacle {}

    /** The process must draw from a budget first. */
    record Draw(DrawnBudgets owner, DrawnBudget budget, long amount) implements Obstacle {}

    /** Others found something lacking in the same budgets before; the signal says that the call's turn may have come. */
    record Turn(Signal comes) implements Obstacle {}

    /** There is no memory for the answer. */
    record Memory() implements Obstacle {}
}
