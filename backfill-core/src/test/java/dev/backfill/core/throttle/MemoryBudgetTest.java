package dev.backfill.core.throttle;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.core.throttle.MemoryBudget.Reservation;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.SourceException.Kind;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(60)
class MemoryBudgetTest {
    private final Rig rig = new Rig();
    private final MemoryBudget budget = new MemoryBudget(100);

    @AfterEach
    void close() {
        rig.close();
    }

    @Test
    void whatFitsIsGivenAtOnceAndComesBackOnce() {
        Reservation one = budget.reserve(60, rig.stop);
        Reservation other = budget.reserve(40, rig.stop);
        assertThat(budget.usedBytes()).isEqualTo(100);

        one.close();
        one.close();
        one.adjust(1_000);

        assertThat(budget.usedBytes()).isEqualTo(40);
        assertThat(one.bytes()).isZero();
        assertThat(other.bytes()).isEqualTo(40);
    }

    @Test
    void aSmallRequestDoesNotOvertakeABigOneThatWaits() {
        Reservation held = budget.reserve(50, rig.stop);
        CompletableFuture<Reservation> big = rig.async(() -> budget.reserve(80, rig.stop));
        awaitWaiting(1);
        CompletableFuture<Reservation> small = rig.async(() -> budget.reserve(10, rig.stop));
        awaitWaiting(2);
        assertThat(small).isNotDone();

        held.close();

        assertThat(Rig.get(big).bytes()).isEqualTo(80);
        assertThat(Rig.get(small).bytes()).isEqualTo(10);
    }

    @Test
    void moreThanAllIsLetThroughAlone() {
        Reservation held = budget.reserve(1, rig.stop);
        CompletableFuture<Reservation> giant = rig.async(() -> budget.reserve(1_000, rig.stop));
        awaitWaiting(1);
        assertThat(giant).isNotDone();

        held.close();

        assertThat(Rig.get(giant).bytes()).isEqualTo(1_000);
        assertThat(budget.usedBytes()).isEqualTo(1_000);
    }

    @Test
    void whoHoldsAllOfItIsLetThroughToFinishAndOnlyOneOfThem() {
        budget.reserve(100, rig.stop);
        CompletableFuture<Reservation> page = rig.async(() -> budget.reserve(10, rig.stop));
        awaitWaiting(1);

        Reservation first = budget.reserveToFinish(30, rig.stop);
        CompletableFuture<Reservation> second = rig.async(() -> budget.reserveToFinish(30, rig.stop));
        awaitWaiting(2);

        assertThat(budget.usedBytes()).isEqualTo(130);
        assertThat(second).isNotDone();
        assertThat(page).isNotDone();
        assertThat(budget.tryReserveToFinish(0)).isNull();
        first.close();
        first.close();
        assertThat(Rig.get(second).bytes()).isEqualTo(30);
        assertThat(budget.usedBytes()).isEqualTo(130);
        assertThat(page).isNotDone();
    }

    @Test
    void roomToFinishGoesBeforeAPlainReservationThatWouldFit() {
        Reservation page = budget.reserve(60, rig.stop);
        Reservation finishing = budget.reserveToFinish(30, rig.stop);
        CompletableFuture<Reservation> finish = rig.async(() -> budget.reserveToFinish(60, rig.stop));
        awaitWaiting(1);
        CompletableFuture<Reservation> plain = rig.async(() -> budget.reserve(10, rig.stop));
        awaitWaiting(2);
        assertThat(plain).isNotDone();

        finishing.close();

        assertThat(Rig.get(finish).bytes()).isEqualTo(60);
        page.close();
        assertThat(Rig.get(plain).bytes()).isEqualTo(10);
    }

    @Test
    void tryingToReserveNeverWaitsAndNeverOverdraws() {
        budget.reserve(90, rig.stop);

        assertThat(budget.tryReserveToFinish(11)).isNull();
        assertThat(budget.tryReserveToFinish(10).bytes()).isEqualTo(10);
        assertThat(budget.usedBytes()).isEqualTo(100);
    }

    @Test
    void aCorrectionNeverWaitsAndMayOverdraw() {
        Reservation held = budget.reserve(10, rig.stop);
        held.adjust(500);
        assertThat(budget.usedBytes()).isEqualTo(500);
        CompletableFuture<Reservation> next = rig.async(() -> budget.reserve(10, rig.stop));
        awaitWaiting(1);

        held.adjust(90);

        assertThat(Rig.get(next).bytes()).isEqualTo(10);
    }

    /** Else each message that is acknowledged would wake all mailboxes that wait for memory. */
    @Test
    void nobodyIsWokenForWhomItIsNotEnough() {
        Reservation held = budget.reserve(100, rig.stop);
        Reservation small = budget.reserve(0, rig.stop);
        CompletableFuture<Thread> waiter = new CompletableFuture<>();
        CompletableFuture<Reservation> waiting = rig.async(() -> {
            waiter.complete(Thread.currentThread());
            return budget.reserve(50, rig.stop);
        });
        Thread thread = Rig.get(waiter);
        awaitWaiting(1);
        while (thread.getState() != Thread.State.WAITING || timesWaited(thread) == 0) {
            assertThat(Thread.interrupted()).as("ran out of time").isFalse();
            Thread.onSpinWait();
        }

        long waited = timesWaited(thread);
        for (int i = 0; i < 10_000; i++) {
            small.adjust(i % 2);
        }
        assertThat(timesWaited(thread) - waited).isLessThanOrEqualTo(1);

        held.close();
        assertThat(Rig.get(waiting).bytes()).isEqualTo(50);
    }

    private static long timesWaited(Thread thread) {
        return ManagementFactory.getThreadMXBean().getThreadInfo(thread.getId()).getWaitedCount();
    }

    @Test
    void aStopEndsTheWaitAndLeavesTheQueueWhole() {
        Reservation held = budget.reserve(100, rig.stop);
        StopToken stop = new StopToken();
        CompletableFuture<Reservation> stopped = rig.async(() -> budget.reserve(50, stop));
        awaitWaiting(1);
        CompletableFuture<Reservation> next = rig.async(() -> budget.reserve(50, rig.stop));
        awaitWaiting(2);

        stop.stop();
        assertThat(Rig.error(stopped).kind()).isEqualTo(Kind.STOPPED);
        held.close();

        assertThat(Rig.get(next).bytes()).isEqualTo(50);
        assertThat(budget.usedBytes()).isEqualTo(50);
        assertThat(budget.waiting()).isZero();
    }

    @Test
    void anInterruptEndsTheWaitAndKeepsItsFlag() {
        budget.reserve(100, rig.stop);
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> budget.reserve(1, rig.stop)).hasMessageContaining("stopped");

        assertThat(Thread.interrupted()).isTrue();
        assertThat(budget.waiting()).isZero();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3})
    void nothingIsLostOrGivenTwiceHoweverManyTakeAndStop(long seed) {
        AtomicLong most = new AtomicLong();
        List<CompletableFuture<Integer>> takers = new ArrayList<>();
        for (int i = 0; i < 8; i++) {
            Random random = new Random(seed * 100 + i);
            takers.add(rig.async(() -> takeMany(random, most)));
        }

        takers.forEach(Rig::get);

        assertThat(budget.usedBytes()).isZero();
        assertThat(budget.waiting()).isZero();
        assertThat(most.get()).isBetween(1L, 100L);
    }

    private int takeMany(Random random, AtomicLong most) {
        for (int i = 0; i < 500; i++) {
            StopToken stop = new StopToken();
            if (random.nextInt(10) == 0) {
                rig.threads.execute(stop::stop);
            }
            try (Reservation taken = budget.reserve(random.nextInt(60), stop)) {
                most.accumulateAndGet(budget.usedBytes(), Math::max);
                taken.adjust(taken.bytes() / 2);
            } catch (dev.backfill.spi.SourceException e) {
                assertThat(e.kind()).isEqualTo(Kind.STOPPED);
            }
        }
        return 500;
    }

    /** Blocks until so many callers are in the queue; their own coming is no change of anything else. */
    private void awaitWaiting(int callers) {
        while (budget.waiting() < callers) {
            assertThat(Thread.interrupted()).as("ran out of time").isFalse();
            Thread.onSpinWait();
        }
    }
}
