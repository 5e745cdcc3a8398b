package dev.backfill.core.encode;

import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.Arrays;

/** Dates as RFC 3339 writes them, in UTC. It knows the years 0 to 9999, an {@link Instant} many more. */
final class WireDate {
    private static final Instant FIRST = Instant.parse("0000-01-01T00:00:00Z");
    private static final Instant LAST = Instant.parse("9999-12-31T23:59:59.999999999Z");

    private static final long FIRST_SECOND = FIRST.getEpochSecond();
    private static final long LAST_SECOND = LAST.getEpochSecond();

    private static final long FIRST_OF_FOUR_DIGITS =
            Instant.parse("1000-01-01T00:00:00Z").getEpochSecond();
    private static final byte[] FORM = "0000-00-00T00:00:00".getBytes(StandardCharsets.US_ASCII);
    private static final int NANO_DIGITS = 9;

    private WireDate() {}

    static boolean isRepresentable(Instant instant) {
        long second = instant.getEpochSecond();
        return second >= FIRST_SECOND && second <= LAST_SECOND;
    }

    /** Gives the date, or the nearest there is a text for. */
    static String of(Instant instant) {
        if (isRepresentable(instant)) {
            return text(instant);
        }
        return instant.isBefore(FIRST) ? FIRST.toString() : LAST.toString();
    }

    /** What {@link Instant#toString} gives, at a tenth of its price: each event has a time that is no whole second. */
    private static String text(Instant instant) {
        if (instant.getEpochSecond() < FIRST_OF_FOUR_DIGITS) {
            return instant.toString();
        }
        LocalDateTime date = LocalDateTime.ofEpochSecond(instant.getEpochSecond(), 0, ZoneOffset.UTC);
        int decimals = decimals(instant.getNano());
        byte[] text = Arrays.copyOf(FORM, FORM.length + (decimals == 0 ? 1 : decimals + 2));
        put(text, 0, date.getYear() / 100);
        put(text, 2, date.getYear() % 100);
        put(text, 5, date.getMonthValue());
        put(text, 8, date.getDayOfMonth());
        put(text, 11, date.getHour());
        put(text, 14, date.getMinute());
        put(text, 17, date.getSecond());
        if (decimals > 0) {
            putDecimals(text, instant.getNano(), decimals);
        }
        text[text.length - 1] = 'Z';
        return new String(text, StandardCharsets.ISO_8859_1);
    }

    /** None, or as many threes of digits as it takes. */
    private static int decimals(int nanos) {
        if (nanos == 0) {
            return 0;
        }
        return nanos % 1_000_000 == 0 ? 3 : nanos % 1_000 == 0 ? 6 : 9;
    }

    private static void putDecimals(byte[] text, int nanos, int decimals) {
        int point = FORM.length;
        text[point] = '.';
        int left = nanos;
        for (int digit = NANO_DIGITS; digit > 0; digit--) {
            if (digit <= decimals) {
                text[point + digit] = (byte) ('0' + left % 10);
            }
            left /= 10;
        }
    }

    private static void put(byte[] text, int at, int twoDigits) {
        text[at] = (byte) ('0' + twoDigits / 10);
        text[at + 1] = (byte) ('0' + twoDigits % 10);
    }
}
