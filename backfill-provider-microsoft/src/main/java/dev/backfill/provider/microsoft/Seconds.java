package dev.backfill.provider.microsoft;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Whole seconds of received time as numbers, with bounds for windows that have none. */
final class Seconds {
    /** Before all mail: the year 1900. */
    static final long FIRST = Instant.parse("1900-01-01T00:00:00Z").getEpochSecond();

    /** After all mail: the year 9999. */
    static final long END = Instant.parse("9999-01-01T00:00:00Z").getEpochSecond();

    private Seconds() {}

    static long from(@Nullable Instant from) {
        return from == null ? FIRST : from.getEpochSecond();
    }

    static long to(@Nullable Instant to) {
        return to == null ? END : to.getEpochSecond();
    }

    static Instant instant(long second) {
        return Instant.ofEpochSecond(second);
    }
}
