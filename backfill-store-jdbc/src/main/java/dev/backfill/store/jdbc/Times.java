package dev.backfill.store.jdbc;

import java.time.Instant;
import java.time.temporal.ChronoUnit;
import org.jspecify.annotations.Nullable;

/**
 * Instants as they are stored: whole microseconds since 1970 in UTC, in both databases the same, so that no driver and no time
 * zone can move them. What is finer is cut off; what is out of range, 290,000 years away, becomes the end of the range.
 */
final class Times {
    private static final long MICROS_A_SECOND = 1_000_000;
    private static final long LAST_SECOND = Long.MAX_VALUE / MICROS_A_SECOND - 1;

    private Times() {}

    static long micros(Instant instant) {
        if (Math.abs(instant.getEpochSecond()) > LAST_SECOND) {
            return (instant.getEpochSecond() < 0 ? -LAST_SECOND : LAST_SECOND) * MICROS_A_SECOND;
        }
        return ChronoUnit.MICROS.between(Instant.EPOCH, instant.truncatedTo(ChronoUnit.MICROS));
    }

    static @Nullable Long microsOrNull(@Nullable Instant instant) {
        return instant == null ? null : Long.valueOf(micros(instant));
    }

    static Instant instant(long micros) {
        return Instant.EPOCH.plus(micros, ChronoUnit.MICROS);
    }
}
