package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.InvalidRequestException;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** How quick a queue is, as a host says it. */
class QueueOptionsTest {
    private final JdbcPersistence.Builder builder = JdbcPersistence.file(Path.of("never-opened.db"));

    @Test
    void whatNobodySaysIsTheDefault() {
        assertThat(builder.timings()).isEqualTo(QueueTimings.DEFAULT);
    }

    @Test
    void eachOptionIsWhatWasSaidInWhateverOrder() {
        QueueTimings said = builder.polling(Duration.ofSeconds(7))
                .missedHeartbeats(10)
                .heartbeat(Duration.ofSeconds(2))
                .timings();

        assertThat(said.polling()).isEqualTo(Duration.ofSeconds(7));
        assertThat(said.heartbeat()).isEqualTo(Duration.ofSeconds(2));
        assertThat(said.deadAfter()).isEqualTo(Duration.ofSeconds(20));
        assertThat(said.holdFor()).isEqualTo(Duration.ofSeconds(15));
    }

    @Test
    void pollsAreAsFrequentAsAQuickHeartbeatUnlessSaidOtherwise() {
        assertThat(builder.heartbeat(Duration.ofMillis(10)).timings().polling()).isEqualTo(Duration.ofMillis(10));
        assertThat(builder.heartbeat(Duration.ofHours(1)).timings().polling()).isEqualTo(Duration.ofSeconds(1));
    }

    @ParameterizedTest
    @CsvSource({"4", "1000"})
    void theBoundsOfTheMissedHeartbeatsAreAllowed(int missed) {
        assertThat(builder.missedHeartbeats(missed).timings().missedHeartbeats())
                .isEqualTo(missed);
    }

    @ParameterizedTest
    @CsvSource({"3", "1001", "-1"})
    void missedHeartbeatsOutOfRangeAreRefusedByName(int missed) {
        assertThatThrownBy(() -> builder.missedHeartbeats(missed))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("missedHeartbeats", "4 to 1000", "was " + missed);
    }

    @ParameterizedTest
    @CsvSource({"PT0.009S", "PT0S", "PT-1S", "PT1H0.001S"})
    void intervalsOutOfRangeAreRefusedByName(Duration value) {
        assertThatThrownBy(() -> builder.polling(value))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("polling", "PT0.01S to PT1H", "was " + value);
        assertThatThrownBy(() -> builder.heartbeat(value))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContainingAll("heartbeat", "PT0.01S to PT1H", "was " + value);
    }
}
