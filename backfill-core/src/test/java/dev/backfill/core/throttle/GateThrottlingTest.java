package dev.backfill.core.throttle;

import static dev.backfill.core.throttle.Rig.error;
import static dev.backfill.core.throttle.Rig.get;
import static dev.backfill.core.throttle.Rig.throttled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.Waiting;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(120)
class GateThrottlingTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aThrottledCallWaitsUntilTheTimeGivenAndCountsNoAttempt() {
        MailboxGate gate = rig.open();
        Instant retryAt = rig.time.instant().plusSeconds(31);

        CompletableFuture<String> call = rig.call(gate.calls(), new Script(throttled(retryAt)));
        rig.time.awaitTimer(Duration.ofSeconds(31));
        assertThat(gate.stats().waiting()).isEqualTo(new Waiting(Waiting.Reason.QUOTA, retryAt));
        rig.time.advance(Duration.ofSeconds(31));

        assertThat(get(call)).isEqualTo("answer");
        GateStats stats = gate.stats();
        assertThat(stats.apiCalls()).isEqualTo(2);
        assertThat(stats.retries()).isZero();
        assertThat(stats.throttlings()).isEqualTo(1);
        assertThat(stats.throttled()).isEqualTo(Duration.ofSeconds(31));
        assertThat(stats.waiting()).isNull();
    }

    @Test
    void throttlingsNeverUseUpTheAttempts() {
        // No time-out of the length of a pause, or one would be taken for the other.
        rig.config = ThrottleConfig.DEFAULT.withRetry(
                new RetryConfig(6, Duration.ofMillis(500), Duration.ofSeconds(30), Duration.ofMinutes(9)));
        MailboxGate gate = rig.open();
        Script script = new Script(
                throttled(null),
                throttled(null),
                throttled(null),
                throttled(null),
                throttled(null),
                throttled(null),
                throttled(null),
                throttled(null));

        CompletableFuture<String> call = rig.call(gate.calls(), script);
        for (int seconds : new int[] {1, 2, 4, 8, 16, 32, 60, 60}) {
            rig.passes(Duration.ofSeconds(seconds));
        }

        assertThat(get(call)).isEqualTo("answer");
        assertThat(gate.stats().retries()).isZero();
        assertThat(gate.stats().throttled()).isEqualTo(Duration.ofSeconds(183));
    }

    @Test
    void aTimeInThePastOrNowStillWaitsASecond() {
        MailboxGate gate = rig.open();

        CompletableFuture<String> call =
                rig.call(gate.calls(), new Script(throttled(rig.time.instant().minusSeconds(100))));
        rig.passes(Duration.ofSeconds(1));

        assertThat(get(call)).isEqualTo("answer");
    }

    @Test
    void aSuccessLetsTheFenceBeginSmallAgain() {
        MailboxGate gate = rig.open();
        CompletableFuture<String> first = rig.call(gate.calls(), new Script(throttled(null), throttled(null)));
        rig.passes(Duration.ofSeconds(1));
        rig.passes(Duration.ofSeconds(2));
        get(first);

        CompletableFuture<String> second = rig.call(gate.calls(), new Script(throttled(null)));
        rig.passes(Duration.ofSeconds(1));

        assertThat(get(second)).isEqualTo("answer");
    }

    @Test
    void aMailboxsFenceHoldsBackItsOtherCallsAndNobodyElse() {
        MailboxGate gate = rig.open();
        MailboxGate elsewhere = rig.open("b@example.org", rig.stop);
        CompletableFuture<String> call =
                rig.call(gate.calls(), new Script(throttled(rig.time.instant().plusSeconds(5))));
        rig.time.awaitTimer(Duration.ofSeconds(5));

        assertThat(elsewhere.calls().call(Rig.GET, () -> "free")).isEqualTo("free");
        rig.time.advance(Duration.ofSeconds(2));
        CompletableFuture<String> other = rig.call(gate.calls(), () -> "held");
        assertThat(other).isNotDone();
        rig.time.advance(Duration.ofSeconds(3));

        assertThat(get(call)).isEqualTo("answer");
        assertThat(get(other)).isEqualTo("held");
    }

    @Test
    void aProjectsFenceHoldsBackEveryMailboxOfTheProject() {
        MailboxGate gate = rig.open();
        MailboxGate elsewhere = rig.open("b@example.org", rig.stop);
        SourceException wide = SourceException.of(Kind.THROTTLED, Scope.PROJECT, "429")
                .retryAt(rig.time.instant().plusSeconds(5))
                .build("as planned");
        CompletableFuture<String> call = rig.call(gate.calls(), new Script(wide));
        rig.time.awaitTimer(Duration.ofSeconds(5));
        rig.time.advance(Duration.ofSeconds(1));

        CompletableFuture<String> other = rig.call(elsewhere.calls(), () -> "held");
        rig.passes(Duration.ofSeconds(4));

        assertThat(get(call)).isEqualTo("answer");
        assertThat(get(other)).isEqualTo("held");
    }

    @Test
    void aThrottlingOfHoursParksTheJobAtTheTimeGiven() {
        MailboxGate gate = rig.open();
        Instant retryAt = rig.time.instant().plus(Duration.ofHours(5));

        CompletableFuture<String> call = rig.call(gate.calls(), new Script(throttled(retryAt)));

        assertThat(error(call).kind()).isEqualTo(Kind.PARKED);
        assertThat(error(call).retryAt()).contains(retryAt);
        assertThat(error(call).code()).isEqualTo("429");
        // Whoever comes next need not ask the provider to hear the same.
        CompletableFuture<String> next = rig.call(gate.calls(), () -> "never");
        assertThat(error(next).kind()).isEqualTo(Kind.PARKED);
        assertThat(gate.stats().apiCalls()).isEqualTo(1);
    }

    @Test
    void aCallThatIsThrottledForTooLongParksTheJob() {
        MailboxGate gate = rig.open();
        SourceException[] many = new SourceException[60];
        java.util.Arrays.setAll(many, i -> throttled(rig.time.instant().plus(Duration.ofMinutes(9L * (i + 1)))));

        CompletableFuture<String> call = rig.call(gate.calls(), new Script(many));
        rig.passes(Duration.ofMinutes(9));
        rig.passes(Duration.ofMinutes(9));
        rig.passes(Duration.ofMinutes(9));

        // 27 minutes have passed, and 9 more would be too long.
        assertThat(error(call).kind()).isEqualTo(Kind.PARKED);
        assertThat(error(call).code()).isEqualTo("THROTTLED_TOO_LONG");
        assertThat(error(call).retryAt()).contains(rig.time.instant().plus(Duration.ofMinutes(15)));
        assertThat(gate.stats().throttled()).isEqualTo(Duration.ofMinutes(27));
    }

    @Test
    void aQuotaThatComesBackTooLateParksTheJob() {
        rig.quota(new Quota("long", Quota.Measure.REQUESTS, Quota.Scope.MAILBOX, 2, Duration.ofMinutes(59)));
        MailboxGate gate = rig.open();
        Instant begin = rig.time.instant();
        gate.calls().call(Rig.GET, () -> "the only one, at 95 %");

        CompletableFuture<String> call = rig.call(gate.calls(), () -> "never");

        assertThat(error(call).kind()).isEqualTo(Kind.PARKED);
        assertThat(error(call).code()).isEqualTo("QUOTA_USED_UP");
        assertThat(error(call).retryAt()).contains(begin.plus(Duration.ofMinutes(59)));
    }

    @Test
    void whatParksOneJobHoldsBackAllThatWouldAskTheSame() {
        MailboxGate gate = rig.open();
        MailboxGate other = rig.open("other", rig.stop);
        Instant midnight = rig.time.instant().plus(Duration.ofHours(3));
        SourceException spent = SourceException.of(Kind.PARKED, SourceException.Scope.PROJECT, "dailyLimitExceeded")
                .retryAt(midnight)
                .build("as planned");

        assertThat(error(rig.call(gate.calls(), new Script(spent))).code()).isEqualTo("dailyLimitExceeded");

        SourceException parked = error(rig.call(other.calls(), () -> "never"));
        assertThat(parked.kind()).isEqualTo(Kind.PARKED);
        assertThat(parked.retryAt()).contains(midnight);
        assertThat(other.stats().apiCalls()).isZero();
        rig.time.advance(Duration.ofHours(3));
        assertThat(get(rig.call(other.calls(), () -> "answer"))).isEqualTo("answer");
    }

    @Test
    void aTransientErrorThatAsksForHoursParksTheJob() {
        MailboxGate gate = rig.open();
        Instant later = rig.time.instant().plus(Duration.ofHours(2));
        SourceException down = SourceException.of(Kind.RETRY, SourceException.Scope.MAILBOX, "HTTP_503")
                .retryAt(later)
                .build("as planned");

        SourceException parked = error(rig.call(gate.calls(), new Script(down)));

        assertThat(parked.kind()).isEqualTo(Kind.PARKED);
        assertThat(parked.retryAt()).contains(later);
    }

    @ParameterizedTest
    @ValueSource(strings = {"+1000000000-12-31T23:59:59Z", "-1000000000-01-01T00:00:00Z", "1970-01-01T00:00:00Z"})
    void noTimeThatAProviderNamesHoldsForMoreThanADayOrLessThanASecond(String time) {
        MailboxGate gate = rig.open();
        CompletableFuture<String> call = rig.call(gate.calls(), new Script(throttled(Instant.parse(time))));
        if (time.startsWith("+")) {
            assertThat(error(call).retryAt()).contains(rig.time.instant().plus(Duration.ofDays(1)));
            return;
        }
        rig.passes(Duration.ofSeconds(1));
        assertThat(get(call)).isEqualTo("answer");
    }

    @Test
    void aJumpOfTheWallClockDoesNotMoveAFence() {
        MailboxGate gate = rig.open();
        CompletableFuture<String> call =
                rig.call(gate.calls(), new Script(throttled(rig.time.instant().plusSeconds(30))));
        rig.time.awaitTimer(Duration.ofSeconds(30));
        rig.time.jumpWall(Duration.ofHours(-3));

        rig.time.advance(Duration.ofSeconds(30));

        assertThat(get(call)).isEqualTo("answer");
    }

    @Test
    void tooManyAtOnceHalvesTheConcurrencyAndSuccessesRaiseItAgain() {
        rig.quota(Quota.concurrent("eight", 8));
        MailboxGate gate = rig.open();
        SourceException tooMany = SourceException.of(Kind.THROTTLED, Scope.MAILBOX, "429")
                .concurrency()
                .build("as planned");
        assertThat(gate.stats().concurrency()).isEqualTo(8);

        CompletableFuture<String> call = rig.call(gate.calls(), new Script(tooMany, tooMany));
        rig.passes(Duration.ofSeconds(1));
        rig.passes(Duration.ofSeconds(2));
        get(call);
        assertThat(gate.stats().concurrency()).isEqualTo(2);

        for (int i = 0; i < 49; i++) {
            rig.time.advance(Duration.ofMillis(10));
            gate.calls().call(Rig.GET, () -> "good");
        }
        assertThat(gate.stats().concurrency()).isEqualTo(3);
    }

    @Test
    void whereNobodyNamesTheLimitAMailboxBeginsLowAndTriesMoreWhileAllAreBusy() {
        rig.quota(Quota.concurrent("felt", 1, 20));
        MailboxGate gate = rig.open();
        assertThat(gate.stats().concurrency()).isEqualTo(1);

        for (int i = 0; i < 200; i++) {
            rig.time.advance(Duration.ofMillis(10));
            gate.calls().call(Rig.GET, () -> "good");
        }

        // The second one was never needed, so there is no third.
        assertThat(gate.stats().concurrency()).isEqualTo(2);
    }

    @Test
    void aStopEndsTheWaitForAFenceAtOnce() {
        StopToken stop = new StopToken();
        MailboxGate gate = rig.open("a@example.org", stop);
        CompletableFuture<String> call =
                rig.call(gate.calls(), new Script(throttled(rig.time.instant().plusSeconds(500))));
        rig.time.awaitTimer(Duration.ofSeconds(500));
        CompletableFuture<String> behind = rig.call(gate.calls(), () -> "never");

        stop.stop();

        assertThat(error(call).kind()).isEqualTo(Kind.STOPPED);
        assertThat(error(behind).kind()).isEqualTo(Kind.STOPPED);
        assertThat(rig.time.pending()).isZero();
    }
}
