package dev.backfill.provider.microsoft;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Times are what the JDK says that they are, however they are read. */
class GraphTimeTest {
    private static final long FIRST = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
    private static final long LAST = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();

    @Test
    void anySecondIsReadAsTheJdkReadsIt() {
        Random random = new Random(7);
        for (int i = 0; i < 20_000; i++) {
            Instant time = Instant.ofEpochSecond(random.nextLong(FIRST, LAST + 1));
            assertThat(GraphTime.parse(time.toString())).isEqualTo(time);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000-01-01T00:00:00Z",
                "9999-12-31T23:59:59Z",
                "2024-02-29T12:00:00Z",
                "2024-05-01T24:00:00Z",
                "2016-12-31T23:59:60Z",
                "2024-05-01T08:00:00.1234567Z",
                "2024-05-01T08:00:00+02:00",
                "2024-05-01T08:00:00z"
            })
    void anyFormIsReadAsTheJdkReadsIt(String text) {
        Instant expected = text.endsWith("Z")
                ? Instant.parse(text)
                : OffsetDateTime.parse(text).toInstant();
        assertThat(GraphTime.parse(text)).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "2023-02-29T12:00:00Z",
                "2024-13-01T12:00:00Z",
                "2024-00-01T12:00:00Z",
                "2024-05-32T12:00:00Z",
                "2024-05-01T25:00:00Z",
                "2024-05-01T12:60:00Z",
                "2024-05-01T12:00:61Z",
                "2024-05-01 12:00:00Z",
                "2024-05-01T12:00:0١Z"
            })
    void whatIsNoTimeIsRefused(String text) {
        assertThatExceptionOfType(DateTimeException.class).isThrownBy(() -> GraphTime.parse(text));
    }
}
