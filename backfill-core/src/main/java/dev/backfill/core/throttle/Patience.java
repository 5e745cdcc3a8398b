package dev.backfill.core.throttle;

import dev.backfill.spi.SourceException;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;

/** Says when a wait is too long for a job to keep its slot. Immutable and thread-safe. */
final class Patience {
    /** The code of a job that was throttled again and again. */
    static final String THROTTLED_TOO_LONG = "THROTTLED_TOO_LONG";

    /** The code of a job whose quota comes back too late. */
    static final String QUOTA_USED_UP = "QUOTA_USED_UP";

    private final TimeSource time;
    private final ThrottleConfig config;

    Patience(TimeSource time, ThrottleConfig config) {
        this.time = time;
        this.config = config;
    }

    /** Parks the job if a fence is up for too long, or if a call has waited for fences too long. */
    void check(Fence.Hold hold, long fencedNanos) {
        if (hold.nanos() > Nanos.of(config.parkAfter())) {
            throw parked(hold.scope(), hold.code(), hold.until(), "The provider throttles for longer than a job waits");
        }
        if (fencedNanos + hold.nanos() > Nanos.of(config.maxThrottled())) {
            Instant later = time.instant().plus(config.parkFor());
            Instant retryAt = later.isAfter(hold.until()) ? later : hold.until();
            throw parked(hold.scope(), THROTTLED_TOO_LONG, retryAt, "The provider has throttled one request too long");
        }
    }

    /** Parks the job if a request that failed shall be sent again only after too long. */
    void check(SourceException error) {
        Instant now = time.instant();
        Instant retryAt = error.retryAt().orElse(now);
        if (retryAt.isAfter(now.plus(config.parkAfter()))) {
            throw parked(error.scope(), error.code(), retryAt, "The provider asks for a longer pause than a job waits");
        }
    }

    /** Parks the job if its quota comes back too late. */
    void check(Obstacle.Quota quota) {
        if (quota.nanos() > Nanos.of(config.parkAfter())) {
            Instant retryAt = time.instant().plus(Duration.ofNanos(quota.nanos()));
            throw parked(SourceException.Scope.MAILBOX, QUOTA_USED_UP, retryAt, "The quota is used up for long");
        }
    }

    private static SourceException parked(SourceException.Scope scope, String code, Instant retryAt, String message) {
        return SourceException.of(SourceException.Kind.PARKED, scope, code)
                .retryAt(retryAt)
                .build(message);
    }
}
