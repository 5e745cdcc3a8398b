package dev.backfill.core.throttle;

import dev.backfill.core.time.StopToken;
import dev.backfill.spi.Operation;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/** One call on its way through a mailbox's limits, from its first attempt to its last. Used by the call's thread alone. */
final class Visit {
    private final Operation operation;
    private final Pace jobRate;
    private final DrawnBudgets own;
    private final @Nullable Room room;
    private final GateCounters counters;
    private final StopToken stop;
    private final long number;
    private final BooleanSupplier wanted;
    private long fencedNanos;

    Visit(
            Operation operation,
            Pace jobRate,
            DrawnBudgets own,
            @Nullable Room room,
            GateCounters counters,
            StopToken stop,
            long number,
            BooleanSupplier wanted) {
        this.operation = operation;
        this.jobRate = jobRate;
        this.own = own;
        this.room = room;
        this.counters = counters;
        this.stop = stop;
        this.number = number;
        this.wanted = wanted;
    }

    Operation operation() {
        return operation;
    }

    /** The job's own limit. */
    Pace jobRate() {
        return jobRate;
    }

    /** The budgets of the mailbox and the job that are kept in the store. */
    DrawnBudgets own() {
        return own;
    }

    /** Takes the memory for the answer, if any is asked for. {@return false if there is none now} */
    boolean tryEnterRoom() {
        return room == null || room.tryEnter();
    }

    /** Gives back what {@link #tryEnterRoom()} took, unless an answer has come. */
    void leaveRoom(boolean answered) {
        if (room != null) {
            room.leave(answered);
        }
    }

    /** Holds no memory while it waits. */
    void letGoOfRoom() {
        if (room != null) {
            room.letGo();
        }
    }

    /** Waits for memory. */
    void awaitRoom() {
        if (room != null) {
            room.await();
        }
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

    /** False once what others gave has made the call needless. A provider's code. */
    boolean isWanted() {
        return wanted.getAsBoolean();
    }

    /** How long the call has waited for the ends of throttlings. */
    long fencedNanos() {
        return fencedNanos;
    }

    void wasFenced(long nanos) {
        fencedNanos += nanos;
    }
}
