package dev.backfill.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.pipeline.RunStatus;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class JobViewsTest {
    /** The burst goes as fast as it goes; what is left goes at the quota's rate, and the time left must not hide it. */
    @Test
    void theTimeLeftIsTheQuotasWhereTheBurstWasFaster() {
        assertThat(JobViews.timeLeft(1_000, new RunStatus(null, 50, 0.2))).isEqualTo(Duration.ofSeconds(200));
    }

    @Test
    void theTimeLeftIsTheRatesWhereTheQuotaIsNotReached() {
        assertThat(JobViews.timeLeft(1_000, new RunStatus(null, 4, 0.2))).isEqualTo(Duration.ofSeconds(250));
    }
}
