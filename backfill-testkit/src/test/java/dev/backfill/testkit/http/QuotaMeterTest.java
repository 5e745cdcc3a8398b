package dev.backfill.testkit.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.URI;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class QuotaMeterTest {
    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final InstantSource clock = now::get;

    @Test
    void refusesWhatTheWindowDoesNotHold() {
        QuotaMeter meter = new QuotaMeter(10, Duration.ofMinutes(10), 100, clock);

        assertThat(meter.admit("a", 4)).isInstanceOf(QuotaMeter.Admitted.class);
        pass(Duration.ofMinutes(4));
        assertThat(meter.admit("a", 6)).isInstanceOf(QuotaMeter.Admitted.class);
        assertThat(meter.admit("a", 1)).isEqualTo(new QuotaMeter.Refused(false, Duration.ofMinutes(6)));
        assertThat(meter.admit("b", 1)).isInstanceOf(QuotaMeter.Admitted.class);
        pass(Duration.ofMinutes(6));
        assertThat(meter.admit("a", 4)).isInstanceOf(QuotaMeter.Admitted.class);
        assertThat(meter.admit("a", 1)).isInstanceOf(QuotaMeter.Refused.class);
    }

    @Test
    void refusesWhatRunsAtTheSameTime() {
        QuotaMeter meter = new QuotaMeter(100, Duration.ofMinutes(1), 2, clock);

        QuotaMeter.Admitted first = (QuotaMeter.Admitted) meter.admit("a", 1);
        meter.admit("a", 1);
        assertThat(meter.admit("a", 1)).isEqualTo(new QuotaMeter.Refused(true, Duration.ZERO));
        first.close();
        first.close();
        assertThat(meter.admit("a", 1)).isInstanceOf(QuotaMeter.Admitted.class);
        assertThat(meter.admit("a", 1)).isInstanceOf(QuotaMeter.Refused.class);
        assertThat(meter.peakConcurrency("a")).isEqualTo(2);
    }

    @Test
    void takesAnyTokenUntilItIsToldOfOne() {
        AcceptedTokens tokens = new AcceptedTokens();

        assertThat(tokens.owner(call("Bearer x"))).isEqualTo("*");
        assertThat(tokens.owner(call("Basic x"))).isNull();
        tokens.accept("good", "ann");
        assertThat(tokens.owner(call("Bearer x"))).isNull();
        assertThat(tokens.owner(call("Bearer good"))).isEqualTo("ann");
        tokens.expire("good");
        assertThat(tokens.owner(call("Bearer good"))).isNull();
        tokens.accept("good", "*");
        assertThat(tokens.owner(call("Bearer good"))).isEqualTo("*");
        assertThat(tokens).hasToString("AcceptedTokens[1]");
    }

    private static HttpCall call(String authorization) {
        return new HttpCall("GET", URI.create("/"), Map.of("authorization", List.of(authorization)), new byte[0]);
    }

    private void pass(Duration duration) {
        now.updateAndGet(instant -> instant.plus(duration));
    }
}
