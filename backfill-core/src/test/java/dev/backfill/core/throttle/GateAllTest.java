package dev.backfill.core.throttle;

import static dev.backfill.core.throttle.Rig.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class GateAllTest {
    private final Rig rig = new Rig();

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void noRequestsGiveNoOutcomes() {
        assertThat(rig.open().calls().all(List.of())).isEmpty();
    }

    @Test
    void answersComeInTheOrderOfTheRequests() {
        rig.quota(Quota.concurrent("four", 4));
        MailboxGate gate = rig.open();

        List<Outcome<Integer>> outcomes = gate.calls().all(requests(100, i -> i));

        assertThat(outcomes).extracting(Outcome::get).containsExactlyElementsOf(numbers(100));
        assertThat(gate.stats().apiCalls()).isEqualTo(100);
    }

    @Test
    void asManyAsMayBeAreInFlightAtOnceAndNeverMore() {
        rig.quota(Quota.concurrent("four", 4));
        MailboxGate gate = rig.open();
        CyclicBarrier fourAtOnce = new CyclicBarrier(4);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();

        gate.calls().all(requests(40, i -> {
            most.accumulateAndGet(now.incrementAndGet(), Math::max);
            // Ends only if four really are side by side
            fourAtOnce.await();
            now.decrementAndGet();
            return i;
        }));

        assertThat(most).hasValue(4);
    }

    @Test
    void oneRequestAndOneSlotUseTheCallersThreadAlone() {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        rig.open().calls().all(requests(1, i -> threads.add(Thread.currentThread())));
        rig.quota(Quota.concurrent("one", 1));
        rig.open().calls().all(requests(20, i -> threads.add(Thread.currentThread())));

        assertThat(threads).containsExactly(Thread.currentThread());
    }

    @Test
    void noMoreHelpersAreAskedForThanCanSend() {
        rig.quota(Quota.concurrent("four", 4));
        AtomicInteger asked = new AtomicInteger();
        rig.helpers = task -> asked.incrementAndGet();

        rig.open().calls().all(requests(500, i -> i));

        assertThat(asked).hasValue(3);
    }

    @Test
    void oneFailureDoesNotStopTheOthers() {
        rig.quota(Quota.concurrent("four", 4));
        SourceException gone = Rig.error(Kind.SKIP_MESSAGE);

        List<Outcome<Integer>> outcomes = rig.open().calls().all(requests(20, i -> {
            if (i == 7) {
                throw gone;
            }
            return i;
        }));

        assertThat(outcomes).hasSize(20);
        assertThat(outcomes.get(7)).isEqualTo(new Outcome.Failure<>(gone));
        assertThat(outcomes).filteredOn(Outcome.Success.class::isInstance).hasSize(19);
    }

    @Test
    void whatIsNotWantedAnyMoreIsNeitherSentNorCharged() {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open();
        AtomicInteger sent = new AtomicInteger();
        ApiRequest<Integer> request = new ApiRequest<>(Rig.GET, sent::incrementAndGet, () -> sent.get() < 3);

        List<Outcome<Integer>> outcomes = gate.calls().all(Collections.nCopies(10, request));

        assertThat(outcomes.subList(0, 3)).allMatch(Outcome.Success.class::isInstance);
        assertThat(outcomes.subList(3, 10)).containsOnly(new Outcome.Unsent<>());
        assertThat(sent).hasValue(3);
        assertThat(gate.stats().apiCalls()).isEqualTo(3);
    }

    /** What waits for its quota when what came before used up the room would be sent for nothing. */
    @Test
    void whatIsNotWantedAnyMoreOnceItsWaitIsOverIsNotSent() {
        rig.quota(new Quota("slow", Quota.Measure.REQUESTS, Quota.Scope.MAILBOX, 1, Duration.ofSeconds(10)));
        MailboxGate gate = rig.open();
        AtomicBoolean wanted = new AtomicBoolean(true);
        AtomicInteger sent = new AtomicInteger();
        ApiRequest<Integer> request = new ApiRequest<>(Rig.GET, sent::incrementAndGet, wanted::get);
        gate.calls().all(List.of(request));
        CompletableFuture<List<Outcome<Integer>>> waiting =
                rig.async(() -> gate.calls().all(List.of(request)));
        rig.time.awaitTimer(Duration.ofSeconds(5), Duration.ofSeconds(20));

        wanted.set(false);
        rig.time.advance(Duration.ofSeconds(20));

        assertThat(get(waiting)).containsExactly(new Outcome.Unsent<>());
        assertThat(sent).hasValue(1);
        assertThat(gate.stats().apiCalls()).isEqualTo(1);
    }

    @ParameterizedTest
    @EnumSource(
            value = Kind.class,
            names = {"AUTH", "PARKED", "FAIL_JOB", "RESTART_PARTITION", "SKIP_PARTITION"})
    void anErrorThatEndsMoreThanAMessageLeavesTheRestUnsent(Kind kind) {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open();
        AtomicInteger sent = new AtomicInteger();
        SourceException end = Rig.error(kind);

        List<Outcome<Integer>> outcomes = gate.calls().all(requests(50, i -> {
            sent.incrementAndGet();
            if (i == 3) {
                throw end;
            }
            return i;
        }));

        assertThat(outcomes).hasSize(50);
        assertThat(outcomes.subList(0, 3)).allMatch(Outcome.Success.class::isInstance);
        assertThat(outcomes.subList(3, 50)).containsOnly(new Outcome.Failure<>(end));
        assertThat(sent.get()).isBetween(4, 5);
    }

    @Test
    void anErrorOfTheMachineIsThrownToTheCaller() {
        rig.quota(Quota.concurrent("four", 4));
        StackOverflowError planned = new StackOverflowError();

        assertThatThrownBy(() -> rig.open().calls().all(requests(50, i -> {
                    if (i == 9) {
                        throw planned;
                    }
                    return i;
                })))
                .isSameAs(planned);
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 2})
    void callersThatOccupyAPoolDoNotStarveTheirOwnCalls(int helpers) {
        // Partitions and calls share a pool that is smaller than the partitions, the worst a host can hand in
        ExecutorService pool = Executors.newFixedThreadPool(2);
        rig.helpers = helpers == 0 ? refusing() : helpers == 1 ? pool : Runnable::run;
        rig.quota(Quota.concurrent("four", 4));
        MailboxGate gate = rig.open();
        try {
            List<CompletableFuture<Integer>> partitions = new ArrayList<>();
            for (int p = 0; p < 8; p++) {
                partitions.add(CompletableFuture.supplyAsync(
                        () -> gate.calls().all(requests(50, i -> i)).size(), pool));
            }
            assertThat(partitions)
                    .allSatisfy(partition -> assertThat(get(partition)).isEqualTo(50));
        } finally {
            pool.shutdownNow();
        }
        assertThat(gate.stats().apiCalls()).isEqualTo(400);
    }

    private static Executor refusing() {
        return task -> {
            throw new RejectedExecutionException("full");
        };
    }

    /** What the JDK's pools throw where the machine has no thread left; here to whoever asks from a second thread, or asks twice. */
    @Test
    void aMachineWithoutThreadsSlowsACallDownAndDoesNotHoldItUp() {
        AtomicInteger asked = new AtomicInteger();
        Executor threads = rig.helpers;
        rig.helpers = task -> {
            if (asked.getAndIncrement() > 0) {
                throw new OutOfMemoryError("unable to create native thread");
            }
            threads.execute(task);
        };
        rig.quota(Quota.concurrent("four", 4));
        MailboxGate gate = rig.open();

        CompletableFuture<Integer> all =
                rig.async(() -> gate.calls().all(requests(50, i -> i)).size());

        assertThat(get(all)).isEqualTo(50);
        assertThat(asked).hasValueGreaterThan(1);
    }

    @Test
    void aHelperThatComesLateFindsNothingToDo() {
        rig.quota(Quota.concurrent("four", 4));
        List<Runnable> late = new ArrayList<>();
        rig.helpers = late::add;
        MailboxGate gate = rig.open();
        gate.calls().all(requests(10, i -> i));

        late.forEach(Runnable::run);

        assertThat(late).isNotEmpty();
        assertThat(gate.stats().apiCalls()).isEqualTo(10);
    }

    @Test
    void moreHelpersComeWhenTheMailboxAllowsMore() throws Exception {
        rig.quota(Quota.concurrent("four", 4));
        rig.config = new ThrottleConfig(
                RetryConfig.DEFAULT,
                0.95,
                0.25,
                rig.config.firstFence(),
                rig.config.maxFence(),
                rig.config.parkAfter(),
                rig.config.maxThrottled(),
                rig.config.parkFor(),
                1);
        MailboxGate gate = rig.open();
        SourceException tooMany = SourceException.of(Kind.RETRY_SMALLER, SourceException.Scope.MAILBOX, "429")
                .concurrency()
                .build("as planned");
        for (int i = 0; i < 2; i++) {
            assertThatThrownBy(() -> gate.calls().call(Rig.GET, new Script(tooMany)))
                    .isSameAs(tooMany);
        }
        assertThat(gate.stats().concurrency()).isEqualTo(1);
        CountDownLatch side = new CountDownLatch(2);

        gate.calls().all(requests(20, i -> {
            if (i >= 18) {
                // The last two end only side by side
                side.countDown();
                side.await();
            }
            return i;
        }));

        assertThat(gate.stats().concurrency()).isEqualTo(4);
    }

    private interface Body<T> {
        T run(int index) throws Exception;
    }

    private static <T> List<ApiRequest<T>> requests(int count, Body<T> body) {
        List<ApiRequest<T>> requests = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            int index = i;
            Callable<T> call = () -> body.run(index);
            requests.add(new ApiRequest<>(Rig.GET, call));
        }
        assertThat(new HashSet<>(requests)).hasSize(count);
        return requests;
    }

    private static List<Integer> numbers(int count) {
        List<Integer> numbers = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            numbers.add(i);
        }
        return numbers;
    }
}
