package dev.backfill.core.throttle;

import dev.backfill.core.time.StopToken;
import dev.backfill.spi.Operation;

/** One call on its way through a mailbox's limits, from its first attempt to its last. Used by the call's thread alone. */
final class Visit {
    private final Operation operation;
    private final Pace jobRate;
    private final GateCounters counters;
    private final StopToken stop;
    private final long number;
    private long fencedNanos;

    Visit(Operation operation, Pace jobRate, GateCounters counters, StopToken stop, long number) {
        this.operation = operation;
        this.jobRate = jobRate;
        this.counters = counters;
        this.stop = stop;
        this.number = number;
    }

    Operation operation() {
        return operation;
    }

    /** The job's own limit. */
    Pace jobRate() {
        return jobRate;
    }

    GateCounters counters() {
        return counters;
    }

    StopToken stop() {
        return stop;
    }

    /** The place in the queue; kept for all attempts, so that a call that was throttled is not overtaken for good. */
    long number() {
        return number;
    }

    /** How long the call has waited for the ends of throttlings. */
    long fencedNanos() {
        return fencedNanos;
    }

    void wasFenced(long nanos) {
        fencedNanos += nanos;
    }
}
