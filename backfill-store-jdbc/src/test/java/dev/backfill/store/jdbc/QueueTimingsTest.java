package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What must come before what when an owner is silent. */
class QueueTimingsTest {
    @Test
    void theDefaultsAreThoseOfTheManual() {
        assertThat(QueueTimings.DEFAULT.standstill()).isEqualTo(Duration.ofSeconds(8));
        assertThat(QueueTimings.DEFAULT.holdFor()).isEqualTo(Duration.ofSeconds(9));
        assertThat(QueueTimings.DEFAULT.deadAfter()).isEqualTo(Duration.ofSeconds(12));
        // Dead at 12 s and found by 18 s, so that a job runs elsewhere by 20 s.
        assertThat(QueueTimings.DEFAULT.safetyNet()).isEqualTo(Duration.ofSeconds(6));
        assertThat(QueueTimings.DEFAULT.polling()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void aTransactionStandsStillForTwoThirdsOfTheTimeWithinItsBounds() {
        assertThat(heartbeat(Duration.ofMillis(10)).standstill()).isEqualTo(Duration.ofMillis(500));
        assertThat(heartbeat(Duration.ofMillis(1_500)).standstill()).isEqualTo(Duration.ofSeconds(4));
        assertThat(heartbeat(Duration.ofHours(1)).standstill()).isEqualTo(Duration.ofSeconds(8));
    }

    private static QueueTimings heartbeat(Duration heartbeat) {
        return new QueueTimings(Duration.ofSeconds(1), heartbeat, 4, Duration.ZERO);
    }

    @ParameterizedTest
    @CsvSource({
        "PT0.001S, PT0.001S, 4, PT0S, ''",
        "PT0S, PT1S, 4, PT0S, polling and heartbeat must be 1 ms or more",
        "PT-1S, PT1S, 4, PT0S, polling and heartbeat must be 1 ms or more",
        "PT1S, PT0S, 4, PT0S, polling and heartbeat must be 1 ms or more",
        "PT1S, PT1S, 4, PT-0.001S, closeWait 0 or more",
        "PT1S, PT1S, 3, PT0S, missedHeartbeats must be 4 or more",
    })
    void whatIsOutOfRangeIsRefusedByName(
            Duration polling, Duration heartbeat, int missed, Duration closeWait, String why) {
        ThrowingCallable made = () -> new QueueTimings(polling, heartbeat, missed, closeWait);
        if (why.isEmpty()) {
            assertThatCode(made).doesNotThrowAnyException();
        } else {
            assertThatThrownBy(made)
                    .isInstanceOf(IllegalArgumentException.class)
                    .hasMessageContaining(why);
        }
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
