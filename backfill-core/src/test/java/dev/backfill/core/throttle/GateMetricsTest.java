package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.metrics.EngineMetrics;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What a host's metrics hear of a gate. */
@Timeout(60)
class GateMetricsTest {
    private final Rig rig = new Rig();
    private final HeardMetrics metrics = new HeardMetrics();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void eachAttemptItsOutcomeAndTheWaitBetween() {
        rig.metrics = metrics;
        MailboxGate gate = rig.open();

        CompletableFuture<String> call = rig.call(
                gate.calls(), new Script(Rig.throttled(rig.time.instant().plusSeconds(7))));
        rig.passes(Duration.ofSeconds(7));
        Rig.get(call);

        assertThat(metrics.heard)
                .containsExactly("fake get throttled 0", "fake waited throttled 7000", "fake get ok 0");
    }

    @Test
    void theWaitForAQuota() {
        rig.metrics = metrics;
        rig.quota(new Quota("two", Quota.Measure.REQUESTS, Quota.Scope.MAILBOX, 2, Duration.ofSeconds(10)));
        MailboxGate gate = rig.open();
        gate.calls().call(Rig.GET, () -> "the only one, at 95 %");

        CompletableFuture<String> call = rig.call(gate.calls(), () -> "answer");
        rig.passes(Duration.ofSeconds(10));
        Rig.get(call);

        assertThat(metrics.heard).containsExactly("fake get ok 0", "fake waited quota 10000", "fake get ok 0");
    }

    @Test
    void concurrencyGoingDownAndUp() {
        rig.metrics = metrics;
        rig.quota(Quota.concurrent("eight", 8));
        MailboxGate gate = rig.open();
        SourceException tooMany = SourceException.of(Kind.THROTTLED, Scope.MAILBOX, "429")
                .concurrency()
                .build("as planned");

        CompletableFuture<String> call = rig.call(gate.calls(), new Script(tooMany));
        rig.passes(Duration.ofSeconds(1));
        Rig.get(call);
        for (int i = 0; i < 49; i++) {
            rig.time.advance(Duration.ofMillis(10));
            gate.calls().call(Rig.GET, () -> "good");
        }

        assertThat(metrics.heard.stream().filter(line -> line.contains("concurrency")))
                .containsExactly("fake concurrency 8 4", "fake concurrency 4 5");
    }

    @Test
    void pageSizeGoingDownAndUp() {
        PageSizer sizer = new PageSizer(16, new ProviderMetrics(metrics, "fake"));

        sizer.tooBig();
        for (int i = 0; i < PageSizer.GROW_AFTER; i++) {
            sizer.good();
        }

        assertThat(metrics.heard).containsExactly("fake page 16 8", "fake page 8 10");
    }

    @Test
    void metricsThatFailDoNoHarm() {
        rig.metrics = new EngineMetrics() {
            @Override
            public void called(String provider, String operation, String outcome, Duration took) {
                throw new IllegalStateException("broken");
            }

            @Override
            public void waited(String provider, String reason, Duration took) {}

            @Override
            public void concurrencyChanged(String provider, int from, int to) {}

            @Override
            public void pageSizeChanged(String provider, int from, int to) {}
        };

        assertThat(rig.open().calls().call(Rig.GET, () -> "answer")).isEqualTo("answer");
    }
}
