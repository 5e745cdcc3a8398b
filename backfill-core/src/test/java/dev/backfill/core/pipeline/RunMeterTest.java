package dev.backfill.core.pipeline;

import static org.assertj.core.api.Assertions.assertThat;

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

    /** Gmail from May 2026: a page of 100 messages each 21 s. */
    @Test
    void pagesThatComeSeldomDoNotMakeItJump() {
        long published = 0;
        for (int second = 1; second <= 600; second++) {
            published += second % 21 == 0 ? 100 : 0;
            time.advance(Duration.ofSeconds(1));
            meter.sample(published);
            if (second >= 60) {
                assertThat(meter.emailsPerSecond()).isBetween(3.0, 6.0);
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
    void aMinuteWithoutAMessageHasNoRate() {
        sampleFor(60, 0, 100);
        sampleFor(59, 6_000, 0);
        assertThat(meter.emailsPerSecond()).isPositive();

        sampleFor(1, 6_000, 0);

        assertThat(meter.emailsPerSecond()).isZero();
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
