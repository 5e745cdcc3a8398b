package dev.backfill.core.throttle;

import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.TimeSource;
import org.jspecify.annotations.Nullable;

/**
 * Keeps one mailbox to one quota with a window. A burst, a part of the quota, goes as fast as it goes, so that a small job
 * need not wait at all; after it requests are spread evenly (bucket4j). A token bucket alone would let burst and refill
 * together exceed the quota within one window, or waste the burst's share of it for good; so a sliding log guards the window,
 * whatever the provider's own windows begin at, and the whole planned quota can be spent. Not thread-safe.
 */
final class Meter {
    private final Quota quota;
    private final WindowLog log;
    private final @Nullable Pace pace;

    Meter(TimeSource time, Quota quota, ThrottleConfig config) {
        this.quota = quota;
        long planned = planned(quota, config);
        this.log = new WindowLog(planned, quota.window().toNanos());
        // Bytes are known only when they have come: there is nothing to spread.
        this.pace = quota.measure() == Quota.Measure.BYTES
                ? null
                : new Pace(time, atLeastOne(planned * config.burstShare()), planned, quota.window());
    }

    static long planned(Quota quota, ThrottleConfig config) {
        return atLeastOne(quota.amount() * config.quotaShare());
    }

    static long cost(Quota quota, Operation operation) {
        return switch (quota.measure()) {
            case REQUESTS -> 1;
            case UNITS -> operation.units();
            case BYTES, CONCURRENT -> 0;
        };
    }

    private static long atLeastOne(double value) {
        return Math.max(1, (long) value);
    }

    long waitNanos(long now, Operation operation) {
        // A request whose bytes nobody knows waits until there is room for one.
        long cost = Math.max(1, cost(quota, operation));
        long guarded = log.waitNanos(now, cost);
        return pace == null ? guarded : Math.max(guarded, pace.waitNanos(cost));
    }

    void spend(long now, Operation operation) {
        long cost = cost(quota, operation);
        if (cost > 0) {
            log.spend(now, cost);
        }
        if (pace != null) {
            pace.spend(cost);
        }
    }

    void received(long now, long bytes) {
        if (quota.measure() == Quota.Measure.BYTES && bytes > 0) {
            log.spend(now, bytes);
        }
    }

    boolean isIdle(long now) {
        return log.isEmpty(now);
    }
}
