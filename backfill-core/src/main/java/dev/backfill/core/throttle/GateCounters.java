package dev.backfill.core.throttle;

import dev.backfill.api.Waiting;
import dev.backfill.spi.Operation;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Counts what goes through one gate, and knows what it waits for. Thread-safe. */
final class GateCounters {
    private final TimeSource time;

    private final Object lock = new Object();
    // All guarded by the lock
    private long apiCalls;
    private long units;
    private long bytes;
    private long retries;
    private long throttlings;
    private int inFlight;
    private int waitingForQuota;
    private int waitingForToken;
    private int waitingForFence;
    private long fencedSinceNanos;
    private long throttledNanos;
    private @Nullable Instant until;

    GateCounters(TimeSource time) {
        this.time = time;
    }

    void sent(Operation operation, boolean retry) {
        synchronized (lock) {
            apiCalls++;
            units += operation.units();
            inFlight++;
            if (retry) {
                retries++;
            }
        }
    }

    void received(long more) {
        synchronized (lock) {
            bytes += more;
        }
    }

    void returned() {
        synchronized (lock) {
            inFlight--;
        }
    }

    void throttled() {
        synchronized (lock) {
            throttlings++;
        }
    }

    void fenceBegins(Instant end) {
        synchronized (lock) {
            if (waitingForFence++ == 0) {
                fencedSinceNanos = time.nanoTime();
            }
            until = end;
        }
    }

    void fenceEnds() {
        synchronized (lock) {
            if (--waitingForFence == 0) {
                throttledNanos += time.nanoTime() - fencedSinceNanos;
            }
        }
    }

    void quotaBegins(Instant end) {
        synchronized (lock) {
            waitingForQuota++;
            until = end;
        }
    }

    void quotaEnds() {
        synchronized (lock) {
            waitingForQuota--;
        }
    }

    void tokenBegins() {
        synchronized (lock) {
            waitingForToken++;
        }
    }

    void tokenEnds() {
        synchronized (lock) {
            waitingForToken--;
        }
    }

    GateStats stats(int concurrency, QuotaTime quotaTime) {
        synchronized (lock) {
            QuotaTime.Cost cost = new QuotaTime.Cost(apiCalls, units, bytes);
            long running = waitingForFence > 0 ? time.nanoTime() - fencedSinceNanos : 0;
            return new GateStats(
                    apiCalls,
                    quotaTime.inTheLongRun(cost),
                    quotaTime.ofTheDays(cost),
                    retries,
                    throttlings,
                    Duration.ofNanos(throttledNanos + running),
                    concurrency,
                    inFlight,
                    waiting());
        }
    }

    /** A request that waits for its token is in flight, but goes nowhere. */
    private @Nullable Waiting waiting() {
        if (inFlight > waitingForToken) {
            return null;
        }
        if (waitingForToken > 0) {
            return new Waiting(Waiting.Reason.TOKEN, null);
        }
        return waitingForFence + waitingForQuota > 0 ? new Waiting(Waiting.Reason.QUOTA, until) : null;
    }
}
