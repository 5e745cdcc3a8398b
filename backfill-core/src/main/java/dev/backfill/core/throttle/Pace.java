package dev.backfill.core.throttle;

import dev.backfill.spi.TimeSource;
import io.github.bucket4j.Bucket;
import io.github.bucket4j.TimeMeter;
import java.time.Duration;

/**
 * An even rate with a burst: a bucket of bucket4j that runs on the engine's clock. It counts and never waits. Thread-safe; to
 * ask and then to spend is two steps, which the caller guards.
 */
final class Pace {
    private static final int BURSTS_A_SECOND = 50;

    private final Bucket bucket;
    private final long burst;

    /** Spends {@code burst} as fast as it goes, then {@code amount} a {@code period}. */
    Pace(TimeSource time, long burst, long amount, Duration period) {
        this.burst = burst;
        this.bucket = Bucket.builder()
                .addLimit(limit -> limit.capacity(burst).refillGreedy(amount, period))
                .withCustomTimePrecision(new EngineTime(time))
                .build();
    }

    /**
     * A rate that no second exceeds, wherever it begins. The burst of a 50th makes up for timers that fire late; without
     * lowering the rate by it a second could hold the rate and the burst.
     */
    static Pace perSecond(TimeSource time, int requests) {
        int burst = Math.max(1, requests / BURSTS_A_SECOND);
        return new Pace(time, burst, requests - burst + 1L, Duration.ofSeconds(1));
    }

    long waitNanos(long amount) {
        return bucket.estimateAbilityToConsume(Math.min(amount, burst)).getNanosToWaitForRefill();
    }

    void spend(long amount) {
        bucket.consumeIgnoringRateLimits(Math.min(amount, burst));
    }

    /** The engine's monotonic time as bucket4j wants it. */
    private record EngineTime(TimeSource time) implements TimeMeter {
        @Override
        public long currentTimeNanos() {
            return time.nanoTime();
        }

        @Override
        public boolean isWallClockBased() {
            return false;
        }
    }
}
