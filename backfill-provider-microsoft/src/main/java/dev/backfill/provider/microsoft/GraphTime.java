package dev.backfill.provider.microsoft;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;

/**
 * Reads the times of answers. Graph writes whole seconds in UTC, as {@code 2024-05-01T08:00:00Z}: four of them a message, which
 * the JDK's formatters read at ten times the price. Stateless and thread-safe.
 */
final class GraphTime {
    private static final String FORM = "0000-00-00T00:00:00Z";
    private static final int MOST_HOUR = 23;
    private static final int MOST_SECOND = 59;

    private GraphTime() {}

    /**
     * Reads a time.
     *
     * @param text an ISO date and time with its offset
     * @return the time
     * @throws DateTimeException if it is none
     */
    static Instant parse(String text) {
        if (isUsual(text)) {
            int hour = number(text, 11, 13);
            int second = number(text, 17, 19);
            // A leap second and midnight as 24:00 are the formatters' business.
            if (hour <= MOST_HOUR && second <= MOST_SECOND) {
                LocalDateTime time = LocalDateTime.of(
                        number(text, 0, 4),
                        number(text, 5, 7),
                        number(text, 8, 10),
                        hour,
                        number(text, 14, 16),
                        second);
                return time.toInstant(ZoneOffset.UTC);
            }
        }
        return text.endsWith("Z")
                ? Instant.parse(text)
                : OffsetDateTime.parse(text).toInstant();
    }

    private static boolean isUsual(String text) {
        if (text.length() != FORM.length()) {
            return false;
        }
        for (int i = 0; i < FORM.length(); i++) {
            char wanted = FORM.charAt(i);
            char is = text.charAt(i);
            if (wanted == '0' ? is < '0' || is > '9' : is != wanted) {
                return false;
            }
        }
        return true;
    }

    private static int number(String text, int from, int to) {
        int number = 0;
        for (int i = from; i < to; i++) {
            number = 10 * number + text.charAt(i) - '0';
        }
        return number;
    }
}
