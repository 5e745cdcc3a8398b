package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.core.time.StopToken;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import dev.backfill.testkit.AutoAdvance;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Many threads at one mailbox. */
@Timeout(120)
class GateLoadTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void whoeverComesFirstIsSentFirst() throws Exception {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open();
        MailboxGate other = rig.open();
        CountDownLatch hold = new CountDownLatch(1);
        List<Integer> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<?>> calls = new ArrayList<>();
        calls.add(rig.async(() -> gate.calls().call(Rig.GET, () -> {
            hold.await();
            return order.add(0);
        })));
        awaitInFlight(gate);

        for (int i = 1; i <= 20; i++) {
            int number = i;
            // Two gates take turns, as two partitions or two runs would
            MailboxGate one = i % 2 == 0 ? gate : other;
            calls.add(rig.async(() -> one.calls().call(Rig.GET, () -> order.add(number))));
            awaitWaiting(i);
        }
        hold.countDown();
        calls.forEach(Rig::get);

        assertThat(order).isSorted().hasSize(21);
    }

    @Test
    void aBatchOfOnePartitionLetsACallOfAnotherInBetween() {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open();
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        List<CompletableFuture<Boolean>> other = new ArrayList<>();
        List<ApiRequest<Boolean>> batch = new ArrayList<>();
        batch.add(new ApiRequest<>(Rig.GET, () -> {
            other.add(rig.async(() -> gate.calls().call(Rig.GET, () -> order.add("call"))));
            awaitWaiting(1);
            return order.add("batch");
        }));
        for (int i = 1; i < 20; i++) {
            batch.add(new ApiRequest<>(Rig.GET, () -> order.add("batch")));
        }

        gate.calls().all(batch);
        other.forEach(Rig::get);

        assertThat(order.indexOf("call")).as("the call's place").isEqualTo(1);
    }

    @Test
    void aCheapRequestDoesNotOvertakeADearOneThatWaitsForQuota() {
        rig.quota(new Quota("units", Quota.Measure.UNITS, Quota.Scope.MAILBOX, 1_000, Duration.ofSeconds(60)));
        // One at a time: the order in which two bodies write is otherwise that of their threads.
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open();
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        gate.calls().call(new Operation("most of the burst", 230), () -> "sent");
        CompletableFuture<Boolean> dear =
                rig.async(() -> gate.calls().call(new Operation("dear", 200), () -> order.add("dear")));
        rig.time.awaitTimer(Duration.ofSeconds(1), Duration.ofSeconds(60));

        // 7 units of the burst are left: enough for this one, if it were first
        CompletableFuture<Boolean> cheap =
                rig.async(() -> gate.calls().call(new Operation("cheap", 1), () -> order.add("cheap")));
        MailboxLimits limits = limits();
        while (limits.waiting() < 2 && !cheap.isDone()) {
            assertThat(Thread.interrupted()).as("ran out of time").isFalse();
            Thread.onSpinWait();
        }
        rig.time.advance(Duration.ofSeconds(60));
        Rig.get(dear);
        Rig.get(cheap);

        assertThat(order).containsExactly("dear", "cheap");
    }

    @Test
    void aThrottledCallKeepsItsPlaceBeforeLaterOnes() {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open();
        List<String> order = Collections.synchronizedList(new ArrayList<>());
        Script script = new Script(Rig.throttled(null));
        CompletableFuture<String> first = rig.call(gate.calls(), () -> {
            String answer = script.call();
            order.add("first");
            return answer;
        });
        rig.time.awaitTimer(Duration.ofSeconds(1));
        CompletableFuture<Boolean> second = rig.async(() -> gate.calls().call(Rig.GET, () -> order.add("second")));
        awaitWaiting(2);

        rig.time.advance(Duration.ofSeconds(1));
        Rig.get(first);
        Rig.get(second);

        assertThat(order).containsExactly("first", "second");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingIsLostWhateverRequestsDoAndWhoeverInterrupts(long seed) {
        rig.quota(Quota.concurrent("four", 4));
        MailboxGate gate = rig.open();
        MailboxGate other = rig.open();
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicLong bodies = new AtomicLong();
        List<CompletableFuture<Integer>> callers = new ArrayList<>();

        try (AutoAdvance running = rig.time.autoAdvance(Duration.ofMillis(5), Duration.ofDays(1))) {
            for (int i = 0; i < 12; i++) {
                Random random = new Random(seed * 1_000 + i);
                MailboxGate mine = i % 2 == 0 ? gate : other;
                callers.add(rig.async(() -> {
                    for (int n = 0; n < 150; n++) {
                        oneCall(mine, random, now, most, bodies);
                    }
                    return 150;
                }));
            }
            callers.forEach(Rig::get);
            assertThat(running).isNotNull();
        }

        assertThat(most.get()).isLessThanOrEqualTo(4);
        assertThat(gate.stats().inFlight() + other.stats().inFlight()).isZero();
        assertThat(gate.stats().apiCalls() + other.stats().apiCalls()).isEqualTo(bodies.get());
        assertThat(limits().waiting()).isZero();
        assertThat(limits().isIdle() || gate.stats().throttlings() > 0).isTrue();
        rig.time.advance(Duration.ofHours(1));
        assertThat(limits().isIdle()).isTrue();
        assertThat(rig.time.pending()).isZero();
    }

    private static void oneCall(
            MailboxGate gate, Random random, AtomicInteger now, AtomicInteger most, AtomicLong bodies) {
        try {
            gate.calls().call(Rig.GET, () -> {
                bodies.incrementAndGet();
                most.accumulateAndGet(now.incrementAndGet(), Math::max);
                try {
                    return planned(random);
                } finally {
                    now.decrementAndGet();
                }
            });
        } catch (SourceException | StackOverflowError e) {
            // Whatever it is: the gate must come through it whole.
            Thread.interrupted();
        }
    }

    private static String planned(Random random) throws InterruptedException {
        switch (random.nextInt(40)) {
            case 0 -> throw Rig.error(Kind.RETRY);
            case 1 -> throw Rig.error(Kind.SKIP_MESSAGE);
            case 2 ->
                throw SourceException.of(Kind.THROTTLED, Scope.MAILBOX, "429")
                        .concurrency()
                        .build("as planned");
            case 3 -> throw new IllegalStateException("planned");
            case 4 -> throw new StackOverflowError("planned");
            case 5 -> throw new InterruptedException("planned");
            case 6 -> Thread.currentThread().interrupt();
            default -> Thread.onSpinWait();
        }
        return "answer";
    }

    @Test
    void manyRunsThatStopLeaveTheMailboxFree() {
        rig.quota(Quota.concurrent("two", 2));
        List<CompletableFuture<Integer>> callers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            callers.add(rig.async(() -> {
                for (int n = 0; n < 100; n++) {
                    StopToken stop = rig.stop.child();
                    try (MailboxGate gate = rig.open("a@example.org", stop)) {
                        rig.threads.execute(stop::stop);
                        gate.calls().call(Rig.GET, () -> "answer");
                    } catch (SourceException e) {
                        assertThat(e.kind()).isEqualTo(Kind.STOPPED);
                    }
                }
                return 100;
            }));
        }

        callers.forEach(Rig::get);

        assertThat(limits().isIdle()).isTrue();
        assertThat(rig.open().calls().call(Rig.GET, () -> "free")).isEqualTo("free");
    }

    private MailboxLimits limits() {
        LimitsRegistry.Key key =
                new LimitsRegistry.Key("fake", "fake/project", "a@example.org", List.copyOf(rig.quotas));
        MailboxLimits limits = rig.throttle().mailboxes().acquire(key);
        rig.throttle().mailboxes().release(key);
        return limits;
    }

    private static void awaitInFlight(MailboxGate gate) {
        while (gate.stats().inFlight() == 0) {
            assertThat(Thread.interrupted()).as("ran out of time").isFalse();
            Thread.onSpinWait();
        }
    }

    private void awaitWaiting(int calls) {
        MailboxLimits limits = limits();
        while (limits.waiting() < calls) {
            assertThat(Thread.interrupted()).as("ran out of time").isFalse();
            Thread.onSpinWait();
        }
    }
}
