package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.throttle.QuotaTime.Cost;
import dev.backfill.spi.Quota;
import dev.backfill.spi.Quota.Measure;
import dev.backfill.spi.Quota.Scope;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class QuotaTimeTest {
    private static final Quota UNITS = new Quota("units", Measure.UNITS, Scope.MAILBOX, 6_000, Duration.ofMinutes(1));
    private static final Quota REQUESTS =
            new Quota("requests", Measure.REQUESTS, Scope.PROJECT, 100, Duration.ofMinutes(10));
    private static final Quota BYTES = new Quota("bytes", Measure.BYTES, Scope.MAILBOX, 1_000, Duration.ofDays(1));

    private static QuotaTime time(Quota... quotas) {
        return new QuotaTime(List.of(quotas), ThrottleConfig.DEFAULT);
    }

    @Test
    void theTightestQuotaCounts() {
        // 1,000 messages of 20 units: 20,000 of 5,700 a minute. 50 requests of 95 in 10 minutes.
        assertThat(time(UNITS, REQUESTS).inTheLongRun(new Cost(50, 20_000, 0)).toSeconds())
                .isEqualTo(50 * 600 / 95);
        assertThat(time(UNITS, REQUESTS).inTheLongRun(new Cost(10, 20_000, 0)).toSeconds())
                .isEqualTo(20_000 * 60 / 5_700);
    }

    @Test
    void fromTheStartABurstTakesNoTime() {
        // A quarter of a minute's units goes at once, the rest at 5,700 a minute.
        assertThat(time(UNITS).fromTheStart(new Cost(0, 1_425, 0))).isZero();
        assertThat(time(UNITS).fromTheStart(new Cost(0, 20_000, 0)).toSeconds())
                .isEqualTo((20_000 - 1_425) * 60 / 5_700);
    }

    @ParameterizedTest
    @CsvSource({"95, 0", "96, 600", "190, 600", "191, 1200"})
    void ofWhatIsDrawnAWholeWindowGoesAtOnceAndThenNothingUntilItIsOver(long calls, long seconds) {
        assertThat(time(REQUESTS).fromTheStart(new Cost(calls, 0, 0))).isEqualTo(Duration.ofSeconds(seconds));
    }

    @Test
    void bytesCountWhereTheyAreKnownAndDaysByThemselves() {
        assertThat(time(BYTES).ofTheDays(new Cost(1, 1, 475))).isEqualTo(Duration.ofHours(12));
        assertThat(time(BYTES).ofTheDays(new Cost(1, 1, 0))).isZero();
        assertThat(time(BYTES).inTheLongRun(new Cost(1, 1, 475))).isZero();
        assertThat(time(UNITS).ofTheDays(new Cost(1, 1_000, 475))).isZero();
    }

    @Test
    void aWindowMayBeShorterThanASecond() {
        Quota half = new Quota("half", Measure.REQUESTS, Scope.MAILBOX, 100, Duration.ofMillis(500));

        assertThat(time(half).inTheLongRun(new Cost(950, 0, 0))).isEqualTo(Duration.ofSeconds(5));
    }

    @Test
    void requestsAtOnceTakeNoTime() {
        QuotaTime four = time(Quota.concurrent("four", 4));
        Cost cost = new Cost(1_000, 1_000, 1_000);

        assertThat(four.inTheLongRun(cost)).isZero();
        assertThat(four.fromTheStart(cost)).isZero();
        assertThat(four.ofTheDays(cost)).isZero();
    }
}
