package dev.backfill.spi;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RetryAfterTest {
    private static final Instant NOW = Instant.parse("2026-03-01T10:00:00Z");

    @ParameterizedTest
    @CsvSource({
        "7, 7",
        "' 12 ', 12",
        "+9, 9",
        "0, 1",
        "-5, 1",
        "1.2, 2",
        "'31,120', 120",
        "'120 , 31', 120",
        "'31,soon', 31",
        "',,31,', 31",
        "86400, 86400",
        "86401, 86400",
        "9223372036854775807, 86400",
        "99999999999999999999999999, 86400",
        "-99999999999999999999999999, 1",
        "'Sun, 01 Mar 2026 10:00:30 GMT', 30",
        "'Sun, 1 Mar 2026 10:00:30 GMT', 30",
        "'Sun, 01 Mar 2020 10:00:30 GMT', 1",
        "'Fri, 01 Mar 2999 10:00:30 GMT', 86400",
        "2026-03-01T10:02:00Z, 120",
        "1970-01-01T00:00:00Z, 1"
    })
    void everyShapeOfItIsUnderstoodWithinASecondAndADay(String header, long seconds) {
        assertThat(RetryAfter.parse(header, NOW)).contains(NOW.plusSeconds(seconds));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "soon",
                ",",
                "1e9",
                "0x10",
                "NaN",
                "--1",
                "1 2",
                "Sun, 99 Foo 2026",
                "2026-02-30T00:00:00Z"
            })
    void whatCannotBeUnderstoodIsNothing(String header) {
        assertThat(RetryAfter.parse(header, NOW)).isEmpty();
    }

    @Test
    void noHeaderIsNothing() {
        assertThat(RetryAfter.parse(null, NOW)).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingThatAServerWritesBreaksItOrHoldsForLonger(long seed) {
        Random random = new Random(seed);
        String alphabet = "0123456789,.-+ :TZGMTSunMar\u00e9\u0661";
        for (int i = 0; i < 20_000; i++) {
            StringBuilder header = new StringBuilder();
            int length = random.nextInt(40);
            while (header.length() < length) {
                header.append(alphabet.charAt(random.nextInt(alphabet.length())));
            }
            Optional<Instant> at = RetryAfter.parse(header.toString(), NOW);
            at.ifPresent(time -> assertThat(time)
                    .as("seed %d", seed)
                    .isBetween(NOW.plus(RetryAfter.SHORTEST), NOW.plus(RetryAfter.LONGEST)));
        }
    }
}
