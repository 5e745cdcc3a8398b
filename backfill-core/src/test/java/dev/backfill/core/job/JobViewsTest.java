package dev.backfill.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.pipeline.RunStatus;
import dev.backfill.spi.JobCounts;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class JobViewsTest {
    /** The burst goes as fast as it goes; what is left goes at the quota's rate, and the time left must not hide it. */
    @Test
    void theTimeLeftIsTheQuotasWhereTheBurstWasFaster() {
        assertThat(JobViews.timeLeft(10, 1_000, new RunStatus(null, 50, 0.2, 0)))
                .isEqualTo(Duration.ofSeconds(200));
    }

    @Test
    void theTimeLeftIsTheRatesWhereTheQuotaIsNotReached() {
        assertThat(JobViews.timeLeft(10, 1_000, new RunStatus(null, 4, 0.2, 0))).isEqualTo(Duration.ofSeconds(250));
    }

    @Test
    void whoReadsTheNewestOnlyHasNotAllOfTheMailboxLeft() {
        JobCounts counts = new JobCounts(100, 38, 60, 2);

        assertThat(JobViews.left(1_000_000, null, counts)).isEqualTo(999_900);
        assertThat(JobViews.left(1_000_000, 100L, counts)).isEqualTo(60);
        assertThat(JobViews.left(100, 200L, counts)).isZero();
        assertThat(JobViews.left(0, null, counts)).isZero();
    }

    /** 100,000 messages of 75 KB are three days of Gmail's bytes, however fast they go today. */
    @Test
    void whatADayGivesCountsForWhoNeedsMoreThanThat() {
        RunStatus live = new RunStatus(null, 5, 0.2, 2.6);

        assertThat(JobViews.timeLeft(1_000, 30_000, live)).isEqualTo(Duration.ofSeconds(6_000));
        assertThat(JobViews.timeLeft(1_000, 99_000, live)).isEqualTo(Duration.ofSeconds(257_400));
    }
}
