package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What must come before what when an owner is silent. */
class QueueTimingsTest {
    @Test
    void theDefaultsAreThoseOfTheManual() {
        assertThat(QueueTimings.DEFAULT.standstill()).isEqualTo(Duration.ofSeconds(8));
        assertThat(QueueTimings.DEFAULT.holdFor()).isEqualTo(Duration.ofSeconds(9));
        assertThat(QueueTimings.DEFAULT.deadAfter()).isEqualTo(Duration.ofSeconds(12));
    }

    /** A frozen owner's rows are free, and a thawed one's hold is lost, before anybody else may run its jobs. */
    @ParameterizedTest
    @ValueSource(ints = {200, 1_000, 3_000, 60_000, 3_600_000})
    void anOwnerIsOutBeforeItCountsAsDead(int heartbeatMillis) {
        QueueTimings timings = new QueueTimings(
                Duration.ofMillis(heartbeatMillis),
                Duration.ofMillis(heartbeatMillis),
                4,
                QueueTimings.DEFAULT.closeWait());
        assertThat(timings.standstill()).isLessThan(timings.deadAfter()).isLessThanOrEqualTo(Duration.ofSeconds(8));
        assertThat(timings.holdFor()).isLessThan(timings.deadAfter());
        assertThat(timings.standstill()).isGreaterThanOrEqualTo(Duration.ofMillis(500));
    }
}
