package dev.backfill.core.throttle;

import static dev.backfill.core.throttle.Rig.get;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException.Kind;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Answers that turn out to be large while they are read. */
@Timeout(60)
class AnswerRoomTest {
    private final Rig rig = new Rig();
    private MemoryBudget.Reservation held;

    @BeforeEach
    void smallBudget() {
        rig.memory = new MemoryBudget(100);
    }

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void largeAnswersAreReadOneAfterAnotherWhereThereIsNoRoomForTwo() {
        rig.quota(Quota.concurrent("four", 4));
        ApiCalls calls = rig.open().calls();
        AtomicInteger reading = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        AtomicInteger read = new AtomicInteger();

        List<Outcome<Integer>> outcomes = calls.all(Collections.nCopies(40, new ApiRequest<>(Rig.GET, () -> {
            calls.awaitRoom(60);
            most.accumulateAndGet(reading.incrementAndGet(), Math::max);
            // While the first is read all others that may be under way have come so far.
            while (read.get() == 0 && rig.memory.waiting() < 3 && most.get() == 1) {
                Thread.onSpinWait();
            }
            read.incrementAndGet();
            return reading.decrementAndGet();
        })));

        assertThat(outcomes).hasSize(40).allMatch(Outcome.Success.class::isInstance);
        assertThat(most).hasValue(1);
        assertThat(rig.memory.usedBytes()).isZero();
    }

    /** Were it otherwise, pages that hold all there is would wait for an answer that waits for them. */
    @Test
    void oneIsReadWhateverIsHeldAndHoweverLargeItIs() {
        rig.memory.reserve(100, rig.stop);
        ApiCalls calls = rig.open().calls();

        Long held = get(rig.call(calls, () -> {
            calls.awaitRoom(5_000);
            return rig.memory.usedBytes();
        }));

        assertThat(held).isEqualTo(5_100);
        assertThat(rig.memory.usedBytes()).isEqualTo(100);
    }

    @Test
    void whatIsMoreThanWasSaidIsTakenWithoutAWait() {
        ApiCalls calls = rig.open().calls();

        Long held = get(rig.call(calls, () -> {
            calls.awaitRoom(60);
            calls.awaitRoom(150);
            calls.awaitRoom(10);
            return rig.memory.usedBytes();
        }));

        assertThat(held).isEqualTo(150);
        assertThat(rig.memory.usedBytes()).isZero();
    }

    @Test
    void anAnswerThatNobodyWantsAnyMoreOnceThereIsRoomIsNotRead() {
        rig.quota(Quota.concurrent("two", 2));
        ApiCalls calls = rig.open().calls();
        AtomicInteger read = new AtomicInteger();
        CountDownLatch both = new CountDownLatch(2);
        ApiRequest<Integer> request = new ApiRequest<>(
                Rig.GET,
                () -> {
                    both.countDown();
                    both.await();
                    calls.awaitRoom(60);
                    return read.incrementAndGet();
                },
                () -> read.get() == 0);

        List<Outcome<Integer>> outcomes = calls.all(List.of(request, request));

        assertThat(outcomes).containsOnlyOnce(new Outcome.Success<>(1)).containsOnlyOnce(new Outcome.Unsent<>());
        assertThat(read).hasValue(1);
        assertThat(rig.memory.usedBytes()).isZero();
    }

    @Test
    void theTimeThatAnAnswerWaitsForRoomDoesNotCount() {
        MemoryBudget.Reservation other = rig.memory.reserveToRead(60, rig.stop);
        ApiCalls calls = rig.open().calls();
        Duration timeout = rig.config.retry().callTimeout();
        CompletableFuture<Integer> waiting = rig.call(calls, () -> {
            calls.awaitRoom(60);
            return 1;
        });
        awaitWaiting();

        rig.time.advance(timeout.multipliedBy(3));
        other.close();

        assertThat(get(waiting)).isEqualTo(1);
    }

    @Test
    void onceThereIsRoomTheTimeCounts() {
        Duration timeout = Duration.ofSeconds(9);
        rig.config = rig.config.withRetry(new RetryConfig(1, Duration.ofSeconds(1), Duration.ofSeconds(1), timeout));
        MemoryBudget.Reservation other = rig.memory.reserveToRead(60, rig.stop);
        ApiCalls calls = rig.open().calls();
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Integer> hanging = rig.call(calls, () -> {
            if (attempts.incrementAndGet() == 1) {
                calls.awaitRoom(60);
                new CountDownLatch(1).await();
            }
            return 1;
        });
        awaitWaiting();

        other.close();
        rig.passes(timeout);
        rig.passes(Duration.ofSeconds(1));

        assertThat(get(hanging)).isEqualTo(1);
        assertThat(attempts).hasValue(2);
        assertThat(rig.memory.usedBytes()).isZero();
    }

    /** A server may have had enough of a client that does not read; its message would be left out for it. */
    @Test
    void anAnswerThatBreaksOffAfterAWaitForRoomCountsForNoAttempt() {
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Integer> call = brokenOff(attempts, 1);

        breakOff();
        held.close();

        assertThat(get(call)).isEqualTo(2);
    }

    @Test
    void whatBreaksOffAgainAndAgainAfterAWaitFailsAllTheSame() {
        AtomicInteger attempts = new AtomicInteger();
        CompletableFuture<Integer> call = brokenOff(attempts, 100);
        for (int i = 0; i < 10; i++) {
            breakOff();
        }

        awaitWaiting();
        held.close();

        assertThat(Rig.error(call).kind()).isEqualTo(Kind.RETRY);
        assertThat(attempts).hasValue(11);
    }

    /** A call that may be tried once, waits for room and breaks off so many times; then it gives the number of its attempts. */
    private CompletableFuture<Integer> brokenOff(AtomicInteger attempts, int times) {
        rig.config = rig.config.withRetry(
                new RetryConfig(1, Duration.ofSeconds(1), Duration.ofSeconds(1), Duration.ofSeconds(90)));
        held = rig.memory.reserveToRead(60, rig.stop);
        ApiCalls calls = rig.open().calls();
        return rig.call(calls, () -> {
            calls.awaitRoom(60);
            if (attempts.incrementAndGet() <= times) {
                throw Rig.error(Kind.RETRY);
            }
            return attempts.get();
        });
    }

    /** Gives the call that waits its room, and takes it again before its next attempt. */
    private void breakOff() {
        awaitWaiting();
        held.close();
        rig.time.awaitTimer(Duration.ofSeconds(1));
        held = rig.memory.reserveToRead(60, rig.stop);
        rig.time.advance(Duration.ofSeconds(1));
    }

    @Test
    void theEndOfTheJobEndsTheWait() {
        rig.memory.reserveToRead(60, rig.stop);
        ApiCalls calls = rig.open().calls();
        CompletableFuture<Integer> waiting = rig.call(calls, () -> {
            calls.awaitRoom(60);
            return 1;
        });
        awaitWaiting();

        rig.stop.stop();

        assertThat(Rig.error(waiting).kind()).isEqualTo(Kind.STOPPED);
        assertThat(rig.memory.waiting()).isZero();
    }

    @Test
    void whatFailsLetsGoOfItsRoom() {
        ApiCalls calls = rig.open().calls();
        AtomicLong heldAtSecond = new AtomicLong(-1);

        CompletableFuture<Integer> failing = rig.call(calls, () -> {
            heldAtSecond.set(rig.memory.usedBytes());
            calls.awaitRoom(60);
            throw Rig.error(Kind.SKIP_MESSAGE);
        });

        assertThat(Rig.error(failing).kind()).isEqualTo(Kind.SKIP_MESSAGE);
        assertThat(heldAtSecond).hasValue(0);
        assertThat(rig.memory.usedBytes()).isZero();
    }

    @Test
    void whoSendsNothingAsksForNoRoom() {
        ApiCalls calls = rig.open().calls();

        assertThatThrownBy(() -> calls.awaitRoom(1))
                .isInstanceOf(IllegalStateException.class)
                .hasMessageContaining("body");
    }

    private void awaitWaiting() {
        while (rig.memory.waiting() == 0) {
            if (Thread.interrupted()) {
                throw new AssertionError("ran out of time");
            }
            Thread.onSpinWait();
        }
    }
}
