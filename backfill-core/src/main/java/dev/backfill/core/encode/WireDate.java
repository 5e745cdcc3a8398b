package dev.backfill.core.encode;

import java.time.Instant;

/** Dates as RFC 3339 writes them, in UTC. It knows the years 0 to 9999, an {@link Instant} many more. */
final class WireDate {
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private WireDate() {}

    static boolean isRepresentable(Instant instant) {
        return !instant.isBefore(FIRST) && !instant.isAfter(LAST);
    }

    /** Gives the date, or the nearest there is a text for. */
    static String of(Instant instant) {
        if (isRepresentable(instant)) {
            return instant.toString();
        }
        return instant.isBefore(FIRST) ? FIRST.toString() : LAST.toString();
    }
}
