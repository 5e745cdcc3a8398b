package dev.backfill.testkit.mail;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads the dates of mail: RFC 5322 with its obsolete forms, and what senders write instead. */
final class MailDates {
    /** Before it there was no mail worth a date, and senders with a flat battery say 1904 or 1970. */
    private static final int FIRST_YEAR = 1970;

    private static final int LAST_YEAR = 2099;

    private static final String MONTH = "((?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))";
    private static final String ZONE = "(?:\\s*([+-]\\d{1,2}:?\\d{2}|[A-Za-z]{1,5}))?";
    private static final String TIME =
            "(\\d{1,2})\\s*[:.]\\s*(\\d{1,2})(?:\\s*[:.]\\s*(\\d{1,2})(?:[.,]\\d+)?)?(?:\\s*([AaPp])\\.?[Mm]\\.?)?";

    private static final Pattern COMMENT = Pattern.compile("\\([^()]*\\)");

    /** 12 Jun 2002 13:45:00 +0200, with dashes too. */
    private static final Pattern DAY_FIRST = Pattern.compile(
            "(\\d{1,2})[\\s-]+" + MONTH + "[A-Za-z]*\\.?[\\s,-]+(\\d{2,4})(?:[\\s,T]+" + TIME + ZONE + ")?");

    /** Jun 12 13:45:00 2002, as the C library prints it, the zone before or behind the year. */
    private static final Pattern MONTH_FIRST = Pattern.compile(
            MONTH + "[A-Za-z]*\\.?\\s+(\\d{1,2}),?\\s+" + TIME + ZONE + "\\s+(\\d{4})(?:\\s+([+-]\\d{4}))?");

    /** 2002-06-12T13:45:00+02:00. */
    private static final Pattern YEAR_FIRST =
            Pattern.compile("(\\d{4})[-/](\\d{1,2})[-/](\\d{1,2})(?:[\\sT]+" + TIME + ZONE + ")?");

    private static final List<String> MONTHS =
            List.of("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec");

    /** RFC 5322 4.3; other names mean nothing certain and are read as UTC, as the RFC says. */
    private static final Map<String, Integer> ZONE_HOURS = Map.ofEntries(
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

    private MailDates() {}

    /**
     * Reads a date.
     *
     * @param header the header's value on one line
     * @return the instant in whole seconds; empty when the text is no date or is outside the years 1970 to 2099
     */
    static Optional<Instant> parse(String header) {
        String raw = COMMENT.matcher(header).replaceAll(" ");
        Matcher dayFirst = DAY_FIRST.matcher(raw);
        if (dayFirst.find()) {
            return build(year(dayFirst.group(3)), month(dayFirst.group(2)), dayFirst.group(1), dayFirst, 4);
        }
        Matcher monthFirst = MONTH_FIRST.matcher(raw);
        if (monthFirst.find()) {
            String zone = monthFirst.group(9) != null ? monthFirst.group(9) : monthFirst.group(7);
            return build(
                    year(monthFirst.group(8)), month(monthFirst.group(1)), monthFirst.group(2), monthFirst, 3, zone);
        }
        Matcher yearFirst = YEAR_FIRST.matcher(raw);
        if (yearFirst.find()) {
            return build(year(yearFirst.group(1)), number(yearFirst.group(2)), yearFirst.group(3), yearFirst, 4);
        }
        return Optional.empty();
    }

    private static Optional<Instant> build(int year, int month, String day, Matcher match, int timeGroup) {
        return build(year, month, day, match, timeGroup, match.group(timeGroup + 4));
    }

    private static Optional<Instant> build(
            int year, int month, String day, Matcher match, int timeGroup, @Nullable String zone) {
        try {
            int hour = number(match.group(timeGroup));
            String half = match.group(timeGroup + 3);
            if (half != null) {
                hour = hour % 12 + (half.equalsIgnoreCase("p") ? 12 : 0);
            }
            // A leap second is shown as the second before it.
            int second = Math.min(59, number(match.group(timeGroup + 2)));
            LocalDateTime local =
                    LocalDateTime.of(year, month, number(day), hour, number(match.group(timeGroup + 1)), second);
            OffsetDateTime utc = local.atOffset(offset(zone)).withOffsetSameInstant(ZoneOffset.UTC);
            boolean sane = utc.getYear() >= FIRST_YEAR && utc.getYear() <= LAST_YEAR;
            return sane ? Optional.of(utc.toInstant()) : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    private static int year(String digits) {
        int year = number(digits);
        if (digits.length() == 2) {
            return year < 50 ? 2000 + year : 1900 + year;
        }
        return digits.length() == 3 ? 1900 + year : year;
    }

    private static int month(String name) {
        return MONTHS.indexOf(name.toLowerCase(Locale.ROOT)) + 1;
    }

    private static int number(@Nullable String digits) {
        return digits == null ? 0 : Integer.parseInt(digits);
    }

    private static ZoneOffset offset(@Nullable String zone) {
        if (zone == null) {
            return ZoneOffset.UTC;
        }
        char sign = zone.charAt(0);
        if (sign != '+' && sign != '-') {
            return ZoneOffset.ofHours(ZONE_HOURS.getOrDefault(zone.toUpperCase(Locale.ROOT), 0));
        }
        String digits = zone.substring(1).replace(":", "");
        int minutes = number(digits) / 100 * 60 + number(digits) % 100;
        boolean possible = minutes <= 18 * 60;
        return possible ? ZoneOffset.ofTotalSeconds((sign == '-' ? -60 : 60) * minutes) : ZoneOffset.UTC;
    }
}
