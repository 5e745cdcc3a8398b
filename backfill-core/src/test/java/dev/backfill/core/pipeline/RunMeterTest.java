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
    private final RunMeter meter = new RunMeter(
            new ManualTime(),
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

    private static JobCounts listed(long messages) {
        return new JobCounts(messages, 0, 0, 0);
    }

    private static GateStats sent(Duration quotaTime) {
        return new GateStats(1, quotaTime, Duration.ZERO, 0, 0, Duration.ZERO, 1, 0, null);
    }
}
