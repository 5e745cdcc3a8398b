package dev.backfill.core.encode;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class WireDateTest {
    @Test
    void any_second_reads_as_the_platform_writes_it() {
        Random random = new Random(3);
        long first = Instant.parse("0000-01-01T00:00:00Z").getEpochSecond();
        long last = Instant.parse("9999-12-31T23:59:59Z").getEpochSecond();
        for (int i = 0; i < 20_000; i++) {
            Instant instant = Instant.ofEpochSecond(random.nextLong(first, last + 1));
            assertThat(WireDate.of(instant)).isEqualTo(instant.toString());
        }
    }

    @Test
    void any_part_of_a_second_reads_as_the_platform_writes_it() {
        Random random = new Random(4);
        int[] steps = {1, 1_000, 1_000_000};
        for (int i = 0; i < 20_000; i++) {
            int step = steps[i % steps.length];
            Instant instant =
                    Instant.ofEpochSecond(1_700_000_000L + i, (long) random.nextInt(1_000_000_000 / step) * step);
            assertThat(WireDate.of(instant)).isEqualTo(instant.toString());
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "0000-01-01T00:00:00Z",
                "0999-12-31T23:59:59Z",
                "1000-01-01T00:00:00Z",
                "1969-12-31T23:59:59Z",
                "1970-01-01T00:00:00Z",
                "2024-02-29T12:00:00Z",
                "2024-02-29T12:00:00.001Z",
                "2024-02-29T12:00:00.000001Z",
                "2024-02-29T12:00:00.000000001Z",
                "2024-02-29T12:00:00.120Z",
                "2024-02-29T12:00:00.100200Z",
                "0999-12-31T23:59:59.500Z",
                "9999-12-31T23:59:59Z",
                "9999-12-31T23:59:59.999999999Z"
            })
    void borders_read_as_the_platform_writes_them(String text) {
        assertThat(WireDate.of(Instant.parse(text))).isEqualTo(text);
    }
}
