package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.core.time.StopToken;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ThrottleConfigTest {
    private static final Duration SECOND = Duration.ofSeconds(1);

    @Test
    void theDefaultsAreThoseOfItsJavadoc() {
        ThrottleConfig config = ThrottleConfig.DEFAULT;

        assertThat(config.quotaShare()).isEqualTo(0.95);
        assertThat(config.parkAfter()).hasMinutes(10);
        assertThat(config.maxThrottled()).hasMinutes(30);
        assertThat(config.retry())
                .isEqualTo(new RetryConfig(6, Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofMinutes(1)));
    }

    @ParameterizedTest
    @ValueSource(doubles = {0, -0.1, 1.01, Double.NaN})
    void aShareIsMoreThanNothingAndAtMostAll(double share) {
        assertThatThrownBy(() -> ThrottleConfig.DEFAULT.withQuotaShare(share))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("quotaShare")
                .hasMessageContaining(String.valueOf(share));
    }

    @Test
    void changedCopiesKeepTheRest() {
        RetryConfig once = new RetryConfig(1, SECOND, SECOND, SECOND);

        ThrottleConfig changed = ThrottleConfig.DEFAULT.withRetry(once).withQuotaShare(1);

        assertThat(changed.retry()).isEqualTo(once);
        assertThat(changed.quotaShare()).isEqualTo(1);
        assertThat(changed.withRetry(RetryConfig.DEFAULT).withQuotaShare(0.95)).isEqualTo(ThrottleConfig.DEFAULT);
    }

    @Test
    void impossibleRetriesAreRefused() {
        assertThatThrownBy(() -> new RetryConfig(0, SECOND, SECOND, SECOND)).hasMessageContaining("maxAttempts");
        assertThatThrownBy(() -> new RetryConfig(1, SECOND, Duration.ofMillis(1), SECOND))
                .hasMessageContaining("maxDelay PT0.001S is less than firstDelay PT1S");
        assertThatThrownBy(() -> new RetryConfig(1, SECOND, SECOND, Duration.ZERO))
                .hasMessageContaining("callTimeout");
    }

    @Test
    void aGateWithoutAnyRateIsRefused() {
        assertThatThrownBy(() -> new GateRequest(
                        "p",
                        "k",
                        "m",
                        List.of(),
                        List.of(),
                        0,
                        new StopToken(),
                        () -> "token",
                        GateRequest.Priority.JOB))
                .hasMessageContaining("requestsPerSecond");
    }
}
