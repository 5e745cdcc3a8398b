package dev.backfill.spi;

import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Reads the HTTP header {@code Retry-After}, whatever a server or a gateway makes of it: seconds, several numbers of them, of
 * which the longest counts ("31,120", as Graph writes when two limits are met), or a date (RFC 9110, 10.2.3). Stateless and
 * thread-safe.
 */
public final class RetryAfter {
    /** The least time given, since who comes back at once is counted again: 1 second. */
    public static final Duration SHORTEST = Duration.ofSeconds(1);

    /** The longest time given, whatever the header says: 24 hours. */
    public static final Duration LONGEST = Duration.ofHours(24);

    private RetryAfter() {}

    /**
     * Reads a header.
     *
     * @param header its value; null when the answer has none
     * @param now the time of the answer, from which seconds count
     * @return when to come back, {@link #SHORTEST} to {@link #LONGEST} from now; empty when nothing of the value can be
     *     understood
     */
    public static Optional<Instant> parse(@Nullable String header, Instant now) {
        if (header == null || header.isBlank()) {
            return Optional.empty();
        }
        Duration wait = seconds(header);
        if (wait == null) {
            wait = untilDate(header.strip(), now);
        }
        return wait == null ? Optional.empty() : Optional.of(now.plus(within(wait)));
    }

    private static Duration within(Duration wait) {
        if (wait.compareTo(SHORTEST) < 0) {
            return SHORTEST;
        }
        return wait.compareTo(LONGEST) > 0 ? LONGEST : wait;
    }

    /** The longest of the numbers; null when there is none. */
    private static @Nullable Duration seconds(String header) {
        Duration longest = null;
        for (String part : header.split(",", -1)) {
            Duration wait = number(part.strip());
            if (wait != null && (longest == null || wait.compareTo(longest) > 0)) {
                longest = wait;
            }
        }
        return longest;
    }

    private static @Nullable Duration number(String text) {
        if (!text.matches("[+-]?[0-9]+(\\.[0-9]*)?")) {
            return null;
        }
        // A fraction is rounded up; what no long holds is longer, or longer ago, than anything that counts.
        double seconds = Math.ceil(Double.parseDouble(text));
        return Duration.ofSeconds((long) Math.max(-1, Math.min(seconds, (double) LONGEST.toSeconds())));
    }

    private static @Nullable Duration untilDate(String text, Instant now) {
        try {
            return Duration.between(
                    now,
                    ZonedDateTime.parse(text, DateTimeFormatter.RFC_1123_DATE_TIME)
                            .toInstant());
        } catch (DateTimeException noHttpDate) {
            return untilInstant(text, now);
        }
    }

    /** The form of dates that JSON APIs write, here too. */
    private static @Nullable Duration untilInstant(String text, Instant now) {
        try {
            return Duration.between(now, Instant.parse(text));
        } catch (DateTimeException noInstant) {
            return null;
        }
    }
}
