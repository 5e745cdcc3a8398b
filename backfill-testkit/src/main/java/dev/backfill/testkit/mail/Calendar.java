package dev.backfill.testkit.mail;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.temporal.ChronoUnit;
import java.util.Locale;

/** Makes a calendar invitation (RFC 5546). */
final class Calendar {
    private static final DateTimeFormatter STAMP =
            DateTimeFormatter.ofPattern("uuuuMMdd'T'HHmmss'Z'", Locale.ROOT).withZone(ZoneOffset.UTC);

    private Calendar() {}

    static String invitation(Dice dice, Instant received) {
        Instant start = received.plus(dice.between(1, 20), ChronoUnit.DAYS).truncatedTo(ChronoUnit.HOURS);
        return String.join(
                "\n",
                "BEGIN:VCALENDAR",
                "VERSION:2.0",
                "PRODID:-//Example//Backfill//EN",
                "METHOD:REQUEST",
                "BEGIN:VEVENT",
                "UID:" + dice.below(1_000_000) + "@example.com",
                "DTSTAMP:" + STAMP.format(received),
                "DTSTART:" + STAMP.format(start),
                "DTEND:" + STAMP.format(start.plus(1, ChronoUnit.HOURS)),
                "SUMMARY:" + Language.ENGLISH.words(dice, 4),
                "END:VEVENT",
                "END:VCALENDAR",
                "");
    }
}
