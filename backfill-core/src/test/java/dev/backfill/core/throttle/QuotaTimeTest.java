package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.Quota;
import dev.backfill.spi.Quota.Measure;
import dev.backfill.spi.Quota.Scope;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class QuotaTimeTest {
    private static final Quota UNITS = new Quota("units", Measure.UNITS, Scope.MAILBOX, 6_000, Duration.ofMinutes(1));
    private static final Quota REQUESTS =
            new Quota("requests", Measure.REQUESTS, Scope.PROJECT, 100, Duration.ofMinutes(10));
    private static final Quota BYTES = new Quota("bytes", Measure.BYTES, Scope.MAILBOX, 1_000, Duration.ofDays(1));

    @Test
    void theTightestQuotaCounts() {
        // 1,000 messages of 20 units: 20,000 of 5,700 a minute. 50 requests of 95 in 10 minutes.
        assertThat(QuotaTime.seconds(List.of(UNITS, REQUESTS), 0.95, 50, 20_000, 0))
                .isCloseTo(50 / 95.0 * 600, org.assertj.core.api.Assertions.within(0.01));
        assertThat(QuotaTime.seconds(List.of(UNITS, REQUESTS), 0.95, 10, 20_000, 0))
                .isCloseTo(20_000 / 5_700.0 * 60, org.assertj.core.api.Assertions.within(0.01));
    }

    @Test
    void bytesCountWhereTheyAreKnown() {
        assertThat(QuotaTime.seconds(List.of(BYTES), 1, 1, 1, 500)).isEqualTo(43_200);
        assertThat(QuotaTime.seconds(List.of(BYTES), 1, 1, 1, 0)).isZero();
    }

    @Test
    void requestsAtOnceTakeNoTime() {
        assertThat(QuotaTime.seconds(List.of(Quota.concurrent("four", 4)), 0.95, 1_000, 1_000, 1_000))
                .isZero();
    }
}
