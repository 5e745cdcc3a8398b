package dev.backfill.core.throttle;

/** What keeps a call from being sent now. */
sealed interface Obstacle {
    /** The provider throttled. */
    record Throttled(Fence.Hold hold) implements Obstacle {}

    /** A quota or rate is used up for a time. */
    record Quota(long nanos) implements Obstacle {}

    /** As many requests as may be are in flight, or others came first; a change wakes the call. */
    record Busy() implements Obstacle {}

    /** The process must draw from the project's budget first. */
    record Draw(ProjectBudget budget, long amount) implements Obstacle {}
}
