package dev.backfill.core.throttle;

import static dev.backfill.core.throttle.Rig.error;
import static dev.backfill.core.throttle.Rig.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.core.time.StopToken;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import java.time.Duration;
import java.util.Collections;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class GateStopTest {
    private final Rig rig = new Rig();
    private final StopToken stop = new StopToken();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void aStoppedRunSendsNothing() {
        MailboxGate gate = rig.open("a", stop);
        stop.stop();

        assertThatThrownBy(() -> gate.calls().call(Rig.GET, () -> "never")).matches(GateStopTest::isStopped);
        assertThat(gate.stats().apiCalls()).isZero();
    }

    @Test
    void aStopEndsTheWaitForARetry() {
        MailboxGate gate = rig.open("a", stop);
        CompletableFuture<String> call = rig.call(gate.calls(), new Script(Rig.error(Kind.RETRY)));
        rig.time.awaitTimer(Duration.ofMillis(500));

        stop.stop();

        assertThat(error(call).kind()).isEqualTo(Kind.STOPPED);
        assertThat(rig.time.pending()).isZero();
    }

    @Test
    void aStopEndsTheWaitForQuota() {
        rig.quota(new Quota("q", Quota.Measure.REQUESTS, Quota.Scope.MAILBOX, 2, Duration.ofSeconds(100)));
        MailboxGate gate = rig.open("a", stop);
        gate.calls().call(Rig.GET, () -> "the only one, at 95 %");
        CompletableFuture<String> call = rig.call(gate.calls(), () -> "never");
        rig.time.awaitTimer(Duration.ofSeconds(100));

        stop.stop();

        assertThat(error(call).kind()).isEqualTo(Kind.STOPPED);
    }

    @Test
    void aStopEndsTheWaitForAProjectsBudgetAndLetsTheNextGoFirst() {
        rig.quota(new Quota("p", Quota.Measure.REQUESTS, Quota.Scope.PROJECT, 2, Duration.ofSeconds(100)));
        rig.open("spender", rig.stop).calls().call(Rig.GET, () -> "the only one, at 95 %");
        CompletableFuture<String> first = rig.call(rig.open("first", stop).calls(), () -> "never");
        rig.time.awaitTimer(Duration.ofSeconds(105));
        StopToken late = rig.stop.child();
        MailboxGate behind = rig.open("behind", late);
        CompletableFuture<String> waitsForItsTurn = rig.call(behind.calls(), () -> "never");
        while (behind.stats().waiting() == null) {
            Thread.onSpinWait();
        }
        CompletableFuture<String> next = rig.call(rig.open("next", rig.stop).calls(), () -> "next");

        late.stop();
        assertThat(error(waitsForItsTurn).kind()).isEqualTo(Kind.STOPPED);
        stop.stop();
        assertThat(error(first).kind()).isEqualTo(Kind.STOPPED);

        rig.passes(Duration.ofSeconds(105));
        assertThat(get(next)).isEqualTo("next");
    }

    @Test
    void aStopEndsTheWaitForAnotherThreadsDraw() throws Exception {
        CountDownLatch asked = new CountDownLatch(1);
        CountDownLatch answered = new CountDownLatch(1);
        rig.budgets = DrawingStore.drawing((key, budget, wanted) -> {
            asked.countDown();
            awaitQuietly(answered);
            return new BudgetStore.Chunk(wanted, Duration.ofMinutes(1), null);
        });
        rig.quota(new Quota("p", Quota.Measure.REQUESTS, Quota.Scope.PROJECT, 100, Duration.ofSeconds(100)));
        CompletableFuture<String> draws = rig.call(rig.open("draws", rig.stop).calls(), () -> "drawn");
        asked.await();
        MailboxGate other = rig.open("waits", stop);
        CompletableFuture<String> waits = rig.call(other.calls(), () -> "never");
        while (other.stats().waiting() == null) {
            Thread.onSpinWait();
        }

        stop.stop();

        assertThat(error(waits).kind()).isEqualTo(Kind.STOPPED);
        answered.countDown();
        assertThat(get(draws)).isEqualTo("drawn");
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aStopEndsTheWaitForASlotAndTheRequestInFlight() throws Exception {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open("a", stop);
        CountDownLatch sent = new CountDownLatch(1);
        AtomicReference<Boolean> flag = new AtomicReference<>();
        CompletableFuture<String> inFlight = rig.async(() -> {
            try {
                return gate.calls().call(Rig.GET, () -> hang(sent));
            } finally {
                flag.set(Thread.currentThread().isInterrupted());
            }
        });
        sent.await();
        CompletableFuture<String> waits = rig.call(gate.calls(), () -> "never");

        stop.stop();

        assertThat(error(inFlight).kind()).isEqualTo(Kind.STOPPED);
        assertThat(error(waits).kind()).isEqualTo(Kind.STOPPED);
        // The run still writes its last checkpoint on this thread.
        assertThat(flag).hasValue(false);
    }

    @Test
    void aStopOfOneRunLeavesAnotherOneOnTheSameMailboxAlone() throws Exception {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open("a", stop);
        MailboxGate other = rig.open("a", rig.stop);
        CountDownLatch sent = new CountDownLatch(1);
        CompletableFuture<String> inFlight = rig.call(gate.calls(), () -> hang(sent));
        sent.await();
        CompletableFuture<String> next = rig.call(other.calls(), () -> "next");

        stop.stop();

        assertThat(error(inFlight).kind()).isEqualTo(Kind.STOPPED);
        assertThat(get(next)).isEqualTo("next");
    }

    @Test
    void anInterruptEndsACallAsStoppedAndKeepsItsFlag() throws Exception {
        MailboxGate gate = rig.open("a", stop);
        CountDownLatch sent = new CountDownLatch(1);
        AtomicReference<Thread> thread = new AtomicReference<>();
        AtomicReference<Boolean> flag = new AtomicReference<>();
        CompletableFuture<String> call = rig.async(() -> {
            thread.set(Thread.currentThread());
            try {
                return gate.calls().call(Rig.GET, () -> hang(sent));
            } finally {
                flag.set(Thread.interrupted());
            }
        });
        sent.await();

        thread.get().interrupt();

        assertThat(error(call).kind()).isEqualTo(Kind.STOPPED);
        assertThat(flag).hasValue(true);
    }

    @Test
    void aCallOfAnInterruptedThreadSendsNothing() {
        MailboxGate gate = rig.open("a", stop);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> gate.calls().call(Rig.GET, () -> "never")).matches(GateStopTest::isStopped);

        assertThat(Thread.interrupted()).isTrue();
        assertThat(gate.stats().apiCalls()).isZero();
    }

    @Test
    void anAnswerThatCameInSpiteOfTheStopIsNotThrownAway() {
        MailboxGate gate = rig.open("a", stop);

        String answer = gate.calls().call(Rig.GET, () -> {
            stop.stop();
            return "answer";
        });

        assertThat(answer).isEqualTo("answer");
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
    }

    @Test
    void aStopEndsABatchEvenIfARequestIgnoresIt() throws Exception {
        rig.quota(Quota.concurrent("two", 2));
        MailboxGate gate = rig.open("a", stop);
        CountDownLatch stubborn = new CountDownLatch(1);
        CountDownLatch sent = new CountDownLatch(2);
        AtomicReference<Thread> caller = new AtomicReference<>();
        CompletableFuture<?> batch = rig.async(() -> {
            caller.set(Thread.currentThread());
            return gate.calls().all(Collections.nCopies(50, new ApiRequest<>(Rig.GET, () -> {
                if (Thread.currentThread() == caller.get()) {
                    return hang(sent);
                }
                return ignoreInterrupts(sent, stubborn);
            })));
        });
        sent.await();

        stop.stop();

        assertThat(error(batch).kind()).isEqualTo(Kind.STOPPED);
        assertThat(gate.stats().apiCalls()).isEqualTo(2);
        stubborn.countDown();
    }

    private static boolean isStopped(Throwable thrown) {
        return thrown instanceof SourceException error && error.kind() == Kind.STOPPED;
    }

    private static String hang(CountDownLatch sent) throws InterruptedException {
        sent.countDown();
        new CountDownLatch(1).await();
        return "never";
    }

    private static String ignoreInterrupts(CountDownLatch sent, CountDownLatch end) {
        sent.countDown();
        while (true) {
            try {
                end.await();
                return "late";
            } catch (InterruptedException ignored) {
                // Waits on, as a socket of java.net does
            }
        }
    }
}
