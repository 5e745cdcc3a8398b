package dev.backfill.core.throttle;

import static dev.backfill.core.throttle.Rig.throttled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.SourceException.Scope;
import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;

class FenceTest {
    private final ManualTime time = new ManualTime();
    private final Fence fence = new Fence(Scope.MAILBOX, time, ThrottleConfig.DEFAULT, () -> 1.0);

    @Test
    void answersToRequestsSentBeforeTheFenceDoNotMakeItGrow() {
        long sent = fence.epoch();

        fence.raise(throttled(null), sent);
        fence.raise(throttled(null), sent);
        fence.raise(throttled(null), sent);
        assertHolds(Duration.ofSeconds(1));
        time.advance(Duration.ofSeconds(1));
        assertThat(fence.hold()).isNull();

        fence.raise(throttled(null), fence.epoch());
        assertHolds(Duration.ofSeconds(2));
    }

    @Test
    void aLateAnswerHoldsForTheFloorAndItsSuccessProvesNothing() {
        long sent = fence.epoch();
        fence.raise(throttled(null), sent);
        fence.raise(throttled(null), fence.epoch());
        time.advance(Duration.ofSeconds(2));

        fence.raise(throttled(null), sent);
        assertHolds(Duration.ofSeconds(1));
        fence.succeeded(sent);
        fence.raise(throttled(null), fence.epoch());

        assertHolds(Duration.ofSeconds(4));
    }

    @Test
    void theLongestTimeGivenCounts() {
        fence.raise(throttled(time.instant().plusSeconds(90)), fence.epoch());
        fence.raise(throttled(time.instant().plusSeconds(30)), fence.epoch());

        assertHolds(Duration.ofSeconds(90));
    }

    @Test
    void aTimeBeyondAllReasonIsNoError() {
        fence.raise(throttled(java.time.Instant.MAX), fence.epoch());

        assertThat(fence.hold()).isNotNull();
    }

    private void assertHolds(Duration duration) {
        Fence.Hold hold = fence.hold();
        assertThat(hold).isNotNull();
        assertThat(Duration.ofNanos(hold.nanos())).isEqualTo(duration);
    }
}
