package dev.backfill.core.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import io.micrometer.core.instrument.simple.SimpleMeterRegistry;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class MicrometerMetricsTest {
    private final SimpleMeterRegistry registry = new SimpleMeterRegistry();
    private final MicrometerMetrics metrics = new MicrometerMetrics(registry);

    @Test
    void callsAreTimedByProviderOperationAndOutcome() {
        metrics.called("google", "messages.get", "ok", Duration.ofMillis(30));
        metrics.called("google", "messages.get", "ok", Duration.ofMillis(50));
        metrics.called("google", "messages.get", "throttled", Duration.ofMillis(5));

        var fine = registry.get("backfill.calls")
                .tags("provider", "google", "operation", "messages.get", "outcome", "ok")
                .timer();
        assertThat(fine.count()).isEqualTo(2);
        assertThat(fine.totalTime(TimeUnit.MILLISECONDS)).isEqualTo(80);
        assertThat(registry.get("backfill.calls")
                        .tag("outcome", "throttled")
                        .timer()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void waitsAreTimedByReason() {
        metrics.waited("microsoft", "quota", Duration.ofSeconds(3));

        assertThat(registry.get("backfill.waits")
                        .tags("provider", "microsoft", "reason", "quota")
                        .timer()
                        .totalTime(TimeUnit.SECONDS))
                .isEqualTo(3);
    }

    @Test
    void whatAdaptsIsSeenGoingDownAndUp() {
        metrics.concurrencyChanged("google", 8, 4);
        metrics.concurrencyChanged("google", 4, 5);
        metrics.pageSizeChanged("microsoft", 100, 50);

        assertThat(registry.get("backfill.concurrency")
                        .tag("direction", "down")
                        .summary()
                        .max())
                .isEqualTo(4);
        assertThat(registry.get("backfill.concurrency")
                        .tag("direction", "up")
                        .summary()
                        .count())
                .isEqualTo(1);
        assertThat(registry.get("backfill.page.size")
                        .tag("direction", "down")
                        .summary()
                        .max())
                .isEqualTo(50);
    }
}
