package dev.backfill.provider.gmail;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads the Date header, leniently: it looks for a time, a zone, a month, a day and a year wherever they stand, so that RFC
 * 5322, its old forms, asctime and ISO 8601 are all read.
 */
final class MailDates {
    private static final Pattern COMMENT = Pattern.compile("\\([^()]*\\)");
    private static final Pattern SPACED_COLON = Pattern.compile("\\s*:\\s*");
    private static final Pattern ISO = Pattern.compile("(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})");
    private static final Pattern TIME =
            Pattern.compile("(\\d{1,2})[:.](\\d{1,2})(?:[:.](\\d{1,2})(?:[.,]\\d+)?)?(?:\\s*([AaPp])\\.?[Mm]\\b\\.?)?");
    private static final Pattern OFFSET = Pattern.compile("([+-])(\\d{1,2}):?(\\d{2})\\b");
    private static final Pattern MONTH =
            Pattern.compile("(?i)(?<![a-z])(jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*");
    private static final Pattern ZONE = Pattern.compile("(?<![A-Za-z])([A-Z]{3,4})(?![A-Za-z])");
    private static final Pattern NUMBER = Pattern.compile("\\d+");
    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    /** RFC 5322, section 4.3, and the few names that are not ambiguous; any other counts as UTC. */
    private static final Map<String, Integer> HOURS = Map.ofEntries(
            Map.entry("EDT", -4),
            Map.entry("EST", -5),
            Map.entry("CDT", -5),
            Map.entry("CST", -6),
            Map.entry("MDT", -6),
            Map.entry("MST", -7),
            Map.entry("PDT", -7),
            Map.entry("PST", -8),
            Map.entry("BST", 1),
            Map.entry("CET", 1),
            Map.entry("MET", 1),
            Map.entry("CEST", 2),
            Map.entry("MEST", 2),
            Map.entry("EET", 2),
            Map.entry("MSK", 3),
            Map.entry("JST", 9));

    private static final int FIRST_YEAR = 1970;
    private static final int LAST_YEAR = 2099;
    private static final int MAX_OFFSET_MINUTES = 18 * 60;

    private MailDates() {}

    /** The instant in whole seconds; null when the text is no date or lies outside the years 1970 to 2099. */
    static @Nullable Instant parse(String value) {
        String bare = COMMENT.matcher(HeaderText.unfolded(value)).replaceAll(" ");
        String text = SPACED_COLON.matcher(bare).replaceAll(":");
        try {
            Matcher iso = ISO.matcher(text);
            if (!MONTH.matcher(text).find()) {
                return iso.find()
                        ? instant(number(iso, 1), number(iso, 2), number(iso, 3), text.substring(iso.end()))
                        : null;
            }
            return named(text);
        } catch (DateTimeException | NumberFormatException noDate) {
            return null;
        }
    }

    private static @Nullable Instant named(String text) {
        Matcher month = MONTH.matcher(text);
        if (!month.find()) {
            return null;
        }
        int monthNumber = MONTHS.indexOf(month.group(1).toLowerCase(Locale.ROOT)) + 1;
        Matcher time = TIME.matcher(text);
        boolean timed = time.find();
        String dateText = timed ? text.substring(0, time.start()) + " | " + text.substring(time.end()) : text;
        int day = -1;
        int year = -1;
        Matcher number = NUMBER.matcher(withoutOffset(dateText, timed));
        while (number.find()) {
            if (day < 0) {
                day = Integer.parseInt(number.group());
            } else if (year < 0) {
                year = year(number.group());
            }
        }
        if (day < 0 || year < 0) {
            return null;
        }
        return instant(year, monthNumber, day, timed ? text.substring(time.start()) : "");
    }

    /** Takes out a numeric zone, which only ever follows the time. */
    private static String withoutOffset(String dateText, boolean timed) {
        int bar = dateText.indexOf('|');
        if (!timed || bar < 0) {
            return dateText;
        }
        return dateText.substring(0, bar)
                + OFFSET.matcher(dateText.substring(bar)).replaceAll(" ");
    }

    private static int year(String digits) {
        int year = Integer.parseInt(digits);
        if (digits.length() == 2) {
            return year < 50 ? 2000 + year : 1900 + year;
        }
        return digits.length() == 3 ? 1900 + year : year;
    }

    private static @Nullable Instant instant(int year, int month, int day, String clockText) {
        int hour = 0;
        int minute = 0;
        int second = 0;
        String rest = clockText;
        Matcher time = TIME.matcher(clockText);
        if (time.find()) {
            hour = number(time, 1);
            minute = number(time, 2);
            // A leap second is shown as the one before it.
            second = time.group(3) == null ? 0 : Math.min(59, number(time, 3));
            if (time.group(4) != null) {
                hour = hour % 12 + (time.group(4).equalsIgnoreCase("p") ? 12 : 0);
            }
            rest = clockText.substring(time.end());
        }
        LocalDateTime local = LocalDateTime.of(year, month, day, hour, minute, second);
        Instant instant = local.toInstant(offset(rest));
        int utcYear = instant.atOffset(ZoneOffset.UTC).getYear();
        return utcYear >= FIRST_YEAR && utcYear <= LAST_YEAR ? instant : null;
    }

    private static ZoneOffset offset(String rest) {
        Matcher numeric = OFFSET.matcher(rest);
        if (numeric.find()) {
            int minutes = number(numeric, 2) * 60 + number(numeric, 3);
            int sign = numeric.group(1).equals("-") ? -60 : 60;
            return minutes <= MAX_OFFSET_MINUTES ? ZoneOffset.ofTotalSeconds(sign * minutes) : ZoneOffset.UTC;
        }
        Matcher named = ZONE.matcher(rest.toUpperCase(Locale.ROOT));
        while (named.find()) {
            Integer hours = HOURS.get(named.group(1));
            if (hours != null) {
                return ZoneOffset.ofHours(hours);
            }
        }
        return ZoneOffset.UTC;
    }

    private static int number(Matcher matcher, int group) {
        return Integer.parseInt(matcher.group(group));
    }
}
