package dev.backfill.core.throttle;

import static dev.backfill.core.throttle.Rig.error;
import static dev.backfill.core.throttle.Rig.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class GateCallTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void anAnswerIsGivenBackAndCounted() {
        MailboxGate gate = rig.open();

        assertThat(gate.calls().call(Rig.GET, () -> "answer")).isEqualTo("answer");

        GateStats stats = gate.stats();
        assertThat(stats.apiCalls()).isEqualTo(1);
        assertThat(stats.retries()).isZero();
        assertThat(stats.inFlight()).isZero();
        assertThat(rig.time.pending()).isZero();
    }

    @Test
    void whoGoesAheadIsSentBeforeAllWhoWaitAndInTurnAmongThemselves() throws Exception {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate job = rig.open();
        MailboxGate person = rig.openForQuestion();
        CountDownLatch held = new CountDownLatch(1);
        List<String> sent = new CopyOnWriteArrayList<>();
        List<CompletableFuture<Boolean>> calls = new ArrayList<>();
        CountDownLatch holds = new CountDownLatch(1);
        calls.add(rig.call(job.calls(), () -> {
            holds.countDown();
            held.await();
            return sent.add("job 0");
        }));
        holds.await();
        for (String name : List.of("job 1", "job 2", "person 1", "person 2")) {
            calls.add(rig.call((name.startsWith("job") ? job : person).calls(), () -> sent.add(name)));
            rig.awaitInQueue(calls.size() - 1);
        }

        held.countDown();

        assertThat(calls).allSatisfy(call -> assertThat(get(call)).isTrue());
        assertThat(sent).containsExactly("job 0", "person 1", "person 2", "job 1", "job 2");
    }

    @Test
    void transientErrorsAreSentAgainWithDoublingDelaysUntilTheAttemptsAreUsedUp() {
        MailboxGate gate = rig.open();
        SourceException last = error(Kind.RETRY);
        Script script = new Script(
                error(Kind.RETRY),
                error(Kind.RETRY),
                error(Kind.RETRY),
                error(Kind.RETRY),
                error(Kind.RETRY),
                last,
                error(Kind.RETRY));

        CompletableFuture<String> call = rig.call(gate.calls(), script);
        rig.passes(Duration.ofMillis(500));
        rig.passes(Duration.ofSeconds(1));
        rig.passes(Duration.ofSeconds(2));
        rig.passes(Duration.ofSeconds(4));
        rig.passes(Duration.ofSeconds(8));

        assertThat(error(call)).isSameAs(last);
        assertThat(script.runs()).isEqualTo(6);
        assertThat(gate.stats().apiCalls()).isEqualTo(6);
        assertThat(gate.stats().retries()).isEqualTo(5);
        assertThat(gate.stats().throttled()).isZero();
    }

    @Test
    void aTransientErrorThatNamesATimeIsNotSentAgainBefore() {
        MailboxGate gate = rig.open();
        SourceException unavailable = SourceException.of(Kind.RETRY, SourceException.Scope.MAILBOX, "503")
                .retryAt(rig.time.instant().plusSeconds(7))
                .build("as planned");

        CompletableFuture<String> call = rig.call(gate.calls(), new Script(unavailable));
        rig.passes(Duration.ofSeconds(7));

        assertThat(get(call)).isEqualTo("answer");
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"RETRY_SMALLER", "PARKED", "RESTART_PARTITION", "SKIP_MESSAGE", "SKIP_PARTITION", "FAIL_JOB"})
    void otherKindsAreHandedOnAtOnce(Kind kind) {
        MailboxGate gate = rig.open();
        SourceException planned = error(kind);
        Script script = new Script(planned);

        assertThatThrownBy(() -> gate.calls().call(Rig.GET, script)).isSameAs(planned);

        assertThat(script.runs()).isEqualTo(1);
        assertThat(gate.calls().call(Rig.GET, script)).isEqualTo("answer");
    }

    @Test
    void anErrorThatTheProviderDidNotSortFailsTheJob() {
        MailboxGate gate = rig.open();
        IOException cause = new IOException("secret@example.org");

        assertThatThrownBy(() -> gate.calls().call(Rig.GET, new Script(cause)))
                .isInstanceOfSatisfying(SourceException.class, e -> {
                    assertThat(e.kind()).isEqualTo(Kind.FAIL_JOB);
                    assertThat(e.code()).isEqualTo("UNMAPPED");
                })
                .hasCause(cause)
                .hasMessageNotContaining("secret");
    }

    @Test
    void anErrorOfTheMachineIsThrownAsItIsAndGivesItsSlotBack() {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open();
        StackOverflowError planned = new StackOverflowError();

        assertThatThrownBy(() -> gate.calls().call(Rig.GET, new Script(planned)))
                .isSameAs(planned);

        assertThat(gate.calls().call(Rig.GET, () -> "next")).isEqualTo("next");
        assertThat(gate.stats().inFlight()).isZero();
    }

    @Test
    void aRequestWithinARequestIsRefusedSinceItWouldWaitForItself() {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open();

        assertThatThrownBy(() -> gate.calls().call(Rig.GET, () -> gate.calls().call(Rig.GET, () -> "inner")))
                .hasRootCauseInstanceOf(IllegalStateException.class)
                .hasRootCauseMessage("A request's body must not send another request: it would wait for its own slot");
    }

    @Test
    void aCallThatHangsIsInterruptedAndSentAgain() {
        MailboxGate gate = rig.open();
        AtomicBoolean flag = new AtomicBoolean(true);
        Script script = new Script();

        CompletableFuture<String> call = rig.async(() -> {
            String answer = gate.calls().call(Rig.GET, () -> {
                if (script.runs() == 0) {
                    script.call();
                    new CountDownLatch(1).await();
                }
                return script.call();
            });
            flag.set(Thread.currentThread().isInterrupted());
            return answer;
        });
        rig.passes(Duration.ofSeconds(60));
        rig.passes(Duration.ofMillis(500));

        assertThat(get(call)).isEqualTo("answer");
        assertThat(flag).isFalse();
        assertThat(gate.stats().retries()).isEqualTo(1);
        assertThat(rig.time.pending()).isZero();
    }

    @Test
    void aCallThatHangsEachTimeEndsAsATransientError() {
        rig.config = rig.config.withRetry(
                new RetryConfig(1, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(9)));
        MailboxGate gate = rig.open();

        CompletableFuture<String> call = rig.call(gate.calls(), () -> {
            new CountDownLatch(1).await();
            return "never";
        });
        rig.passes(Duration.ofSeconds(9));

        assertThat(error(call).kind()).isEqualTo(Kind.RETRY);
        assertThat(error(call).code()).isEqualTo("CALL_TIMEOUT");
    }

    @Test
    void theUnitsOfAnOperationAreChargedForEachAttempt() {
        rig.quota(new Quota("units", Quota.Measure.UNITS, Quota.Scope.MAILBOX, 100, Duration.ofSeconds(60)));
        rig.config = new ThrottleConfig(
                RetryConfig.DEFAULT,
                1.0,
                1.0,
                Duration.ofSeconds(1),
                Duration.ofSeconds(60),
                Duration.ofMinutes(10),
                Duration.ofMinutes(30),
                Duration.ofMinutes(15),
                50);
        MailboxGate gate = rig.open();
        Operation expensive = new Operation("get", 40);

        CompletableFuture<String> call =
                rig.async(() -> gate.calls().call(expensive, new Script(error(Kind.RETRY), error(Kind.RETRY))));
        rig.passes(Duration.ofMillis(500));
        // The third attempt finds 20 of 100 units left: it waits until the first is a minute old.
        rig.passes(Duration.ofSeconds(1));
        rig.passes(Duration.ofMillis(58_500));

        assertThat(get(call)).isEqualTo("answer");
        assertThat(gate.stats().throttled()).isZero();
    }

    @Test
    void aClosedGateSendsNothing() {
        MailboxGate gate = rig.open();
        gate.close();
        gate.close();

        assertThatThrownBy(() -> gate.calls().call(Rig.GET, () -> "never"))
                .isInstanceOfSatisfying(
                        SourceException.class, e -> assertThat(e.kind()).isEqualTo(Kind.STOPPED));
    }
}
