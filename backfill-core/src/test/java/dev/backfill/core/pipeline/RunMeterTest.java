package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.core.throttle.GateStats;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RunMeterTest {
    private final ManualTime time = new ManualTime();
    private final RunMeter meter = new RunMeter(
            time,
            JobRecord.queued(
                    new JobId("job-1"),
                    new AccountRef(UserId.of("u1"), "fake", "me"),
                    BackfillRequest.builder("fake", "me")
                            .batchSize(100)
                            .rateLimit(100)
                            .build(),
                    Instant.EPOCH,
                    null));

    @Test
    void theQuotasTimeIsSharedByWhatWasListed() {
        assertThat(meter.quotaSecondsPerEmail(listed(400), sent(Duration.ofSeconds(100))))
                .isEqualTo(0.25);
    }

    @Test
    void nothingListedTakesNoTime() {
        assertThat(meter.quotaSecondsPerEmail(listed(0), sent(Duration.ofSeconds(100))))
                .isZero();
    }

    @Test
    void atFirstTheRateIsThatSinceTheBeginning() {
        time.advance(Duration.ofSeconds(2));
        meter.sample(300);
        assertThat(meter.emailsPerSecond()).isEqualTo(150);

        time.advance(Duration.ofSeconds(2));
        meter.sample(400);
        assertThat(meter.emailsPerSecond()).isEqualTo(100);
    }

    @Test
    void laterItIsThatOfTheLastMinute() {
        time.advance(Duration.ofHours(1));
        meter.sample(1_000_000);
        sampleFor(60, 1_000_000, 7);

        assertThat(meter.emailsPerSecond()).isEqualTo(7);
    }

    /** Gmail from May 2026, one page after the other, four side by side; and a job of one request a second. */
    @ParameterizedTest
    @CsvSource({"100,21", "400,84", "400,400"})
    void pagesThatComeSeldomDoNotMakeItJump(int messages, int seconds) {
        double rate = (double) messages / seconds;
        long published = 0;
        for (int second = 1; second <= 20 * seconds; second++) {
            published += second % seconds == 0 ? messages : 0;
            time.advance(Duration.ofSeconds(1));
            meter.sample(published);
            if (second >= seconds) {
                assertThat(meter.emailsPerSecond()).isCloseTo(rate, within(rate / 100));
            }
        }
    }

    @Test
    void whatIsPublishedWithinHalfASecondWaitsForTheNextSample() {
        time.advance(Duration.ofMillis(499));
        meter.sample(1_000);
        assertThat(meter.emailsPerSecond()).isZero();

        time.advance(Duration.ofMillis(501));
        meter.sample(1_000);
        assertThat(meter.emailsPerSecond()).isEqualTo(1_000);
    }

    @Test
    void whileNothingComesItGoesDownAndIsNeverNothing() {
        sampleFor(120, 0, 100);
        sampleFor(60, 12_000, 0);
        assertThat(meter.emailsPerSecond()).isEqualTo(100);

        sampleFor(540, 12_000, 0);
        assertThat(meter.emailsPerSecond()).isEqualTo(10);
        sampleFor(61, 12_000, 100);
        assertThat(meter.emailsPerSecond()).isEqualTo(100);
    }

    @Test
    void onceSomethingComesAgainALongSilenceIsForgotten() {
        sampleFor(120, 0, 100);
        sampleFor(3_600, 12_000, 0);
        assertThat(meter.emailsPerSecond()).isLessThan(2);

        sampleFor(10, 12_000, 100);
        assertThat(meter.emailsPerSecond()).isBetween(10.0, 100.0);
        sampleFor(51, 13_000, 100);
        assertThat(meter.emailsPerSecond()).isEqualTo(100);
    }

    @Test
    void whatIsTakenOffMakesNoRateBelowNothing() {
        sampleFor(1, 100, -60);

        assertThat(meter.emailsPerSecond()).isEqualTo(40);
        sampleFor(60, 40, -1);
        assertThat(meter.emailsPerSecond()).isZero();
    }

    private void sampleFor(int seconds, long before, long aSecond) {
        for (int second = 1; second <= seconds; second++) {
            time.advance(Duration.ofSeconds(1));
            meter.sample(before + second * aSecond);
        }
    }

    private static JobCounts listed(long messages) {
        return new JobCounts(messages, 0, 0, 0);
    }

    private static GateStats sent(Duration quotaTime) {
        return new GateStats(1, quotaTime, Duration.ZERO, 0, 0, Duration.ZERO, 1, 0, null);
    }
}
