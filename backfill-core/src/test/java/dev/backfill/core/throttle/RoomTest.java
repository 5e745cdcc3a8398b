package dev.backfill.core.throttle;

import static dev.backfill.core.throttle.Rig.error;
import static dev.backfill.core.throttle.Rig.get;
import static dev.backfill.core.throttle.Rig.throttled;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException.Kind;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Whoever waits for a provider holds no memory, and whoever waits for memory no place before the provider. */
@Timeout(60)
class RoomTest {
    private final Rig rig = new Rig();
    private final MemoryBudget memory = new MemoryBudget(100);
    private final AtomicInteger waiting = new AtomicInteger();

    @AfterEach
    void close() {
        rig.close();
    }

    private Room room(long bytes) {
        return new Room(memory, bytes, rig.stop, waiting);
    }

    private CompletableFuture<String> page(MailboxGate gate, Room room, Script body) {
        return rig.async(() -> gate.inRoom(room, () -> gate.calls().call(Rig.GET, body)));
    }

    @Test
    void aPageHoldsItsMemoryOnceAnAnswerHasComeAndUntilItsOwnerLetsGo() {
        MailboxGate gate = rig.open();
        Room room = room(60);

        gate.inRoom(
                room,
                () -> gate.calls().call(Rig.GET, () -> {
                    assertThat(memory.usedBytes()).isEqualTo(60);
                    return "answer";
                }));
        gate.inRoom(room, () -> gate.calls().call(Rig.GET, () -> "the next of the page"));

        assertThat(memory.usedBytes()).isEqualTo(60);
        assertThat(room.keep().bytes()).isEqualTo(60);
        room.close();
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void whatIsMoreThanTheGuessIsCountedAsItComes() {
        Room room = room(10);
        room.keep();

        room.holdsAtLeast(4);
        assertThat(memory.usedBytes()).isEqualTo(10);
        room.holdsAtLeast(500);
        assertThat(memory.usedBytes()).isEqualTo(500);
        room.close();
        room.holdsAtLeast(900);
        assertThat(memory.usedBytes()).isZero();
    }

    @Test
    void aPageThatIsThrottledHoldsNothingAndOthersUseTheMemory() {
        MailboxGate gate = rig.open();
        MailboxGate other = rig.open("other", rig.stop);
        Room room = room(100);

        CompletableFuture<String> call =
                page(gate, room, new Script(throttled(rig.time.instant().plusSeconds(300))));
        rig.time.awaitTimer(Duration.ofSeconds(300));

        assertThat(memory.usedBytes()).isZero();
        Room others = room(100);
        assertThat(get(page(other, others, new Script()))).isEqualTo("answer");
        others.close();
        rig.time.advance(Duration.ofSeconds(300));
        assertThat(get(call)).isEqualTo("answer");
        assertThat(memory.usedBytes()).isEqualTo(100);
    }

    @Test
    void aPageThatGotItsMemoryAndThenMeetsAThrottlingLetsItGoAgain() {
        MailboxGate gate = rig.open();
        MemoryBudget.Reservation full = memory.reserve(100, rig.stop);
        CompletableFuture<String> page = page(gate, room(60), new Script());
        awaitWaiting();
        CompletableFuture<String> throttledOne =
                rig.call(gate.calls(), new Script(throttled(rig.time.instant().plusSeconds(300))));
        rig.time.awaitTimer(Duration.ofSeconds(300));

        full.close();

        // Behind the throttled one, which came later but is of the same mailbox.
        while (memory.usedBytes() > 0 || memory.waiting() > 0 || rig.time.pending() < 2) {
            assertThat(Thread.interrupted()).as("ran out of time").isFalse();
            Thread.onSpinWait();
        }
        rig.time.advance(Duration.ofSeconds(300));
        assertThat(get(page)).isEqualTo("answer");
        assertThat(get(throttledOne)).isEqualTo("answer");
        assertThat(memory.usedBytes()).isEqualTo(60);
    }

    @Test
    void aPageThatWaitsForQuotaOrForItsNextAttemptHoldsNothing() {
        rig.quota(new Quota("q", Quota.Measure.REQUESTS, Quota.Scope.MAILBOX, 3, Duration.ofSeconds(100)));
        MailboxGate gate = rig.open();
        CompletableFuture<String> retried = page(gate, room(50), new Script(Rig.error(Kind.RETRY)));
        rig.time.awaitTimer(Duration.ofMillis(500));
        assertThat(memory.usedBytes()).isZero();

        rig.time.advance(Duration.ofMillis(500));
        rig.time.awaitTimer(Duration.ofMillis(49_500));
        assertThat(memory.usedBytes()).isZero();

        rig.time.advance(Duration.ofMillis(49_500));
        assertThat(get(retried)).isEqualTo("answer");
        assertThat(memory.usedBytes()).isEqualTo(50);
    }

    @Test
    void whoWaitsForMemoryHoldsBackNobodyElseOfTheMailbox() {
        rig.quota(Quota.concurrent("one", 1));
        MailboxGate gate = rig.open();
        MemoryBudget.Reservation full = memory.reserve(100, rig.stop);
        CompletableFuture<String> page = page(gate, room(10), new Script());
        awaitWaiting();

        // For instance the contents of a page that holds the memory, and needs them to let go of it.
        assertThat(get(rig.call(gate.calls(), () -> "content"))).isEqualTo("content");

        full.close();
        assertThat(get(page)).isEqualTo("answer");
    }

    @Test
    void aStopEndsTheWaitForMemory() {
        MailboxGate gate = rig.open();
        memory.reserve(100, rig.stop);
        Room room = room(10);
        CompletableFuture<String> page = page(gate, room, new Script());
        awaitWaiting();

        rig.stop.stop();

        assertThat(error(page).kind()).isEqualTo(Kind.STOPPED);
        room.close();
        assertThat(memory.usedBytes()).isEqualTo(100);
    }

    @Test
    void theRequestsOfAPageShareItsMemoryWhateverThreadSendsThem() throws Exception {
        MailboxGate gate = rig.open();
        Room room = room(60);
        CountDownLatch both = new CountDownLatch(2);
        ApiRequest<String> request = new ApiRequest<>(Rig.GET, () -> {
            both.countDown();
            both.await();
            assertThat(memory.usedBytes()).isEqualTo(60);
            return "answer";
        });

        gate.inRoom(room, () -> gate.calls().all(List.of(request, request)));

        assertThat(memory.usedBytes()).isEqualTo(60);
    }

    @Test
    void whatComesWithoutARequestWaitsForMemoryToo() {
        MemoryBudget.Reservation full = memory.reserve(100, rig.stop);
        CompletableFuture<MemoryBudget.Reservation> kept = rig.async(() -> room(10).keep());
        awaitWaiting();
        assertThat(kept).isNotDone();

        full.close();

        assertThat(get(kept).bytes()).isEqualTo(10);
    }

    /** 64 mailboxes with room for eight pages: one is throttled for long, and the others lose nothing by it. */
    @Test
    void oneThrottledMailboxOfManyTakesNoMemoryFromTheOthers() {
        int mailboxes = 64;
        List<CompletableFuture<String>> throttledPages = new java.util.ArrayList<>();
        MailboxGate throttledOne = rig.open("throttled", rig.stop);
        for (int walk = 0; walk < 8; walk++) {
            throttledPages.add(page(
                    throttledOne,
                    room(12),
                    new Script(throttled(rig.time.instant().plusSeconds(500)))));
        }
        rig.time.awaitTimer(Duration.ofSeconds(500));
        List<CompletableFuture<Integer>> others = new java.util.ArrayList<>();
        for (int mailbox = 1; mailbox < mailboxes; mailbox++) {
            MailboxGate gate = rig.open("mailbox-" + mailbox, rig.stop);
            others.add(rig.async(() -> {
                for (int page = 0; page < 20; page++) {
                    try (Room room = room(12)) {
                        gate.inRoom(room, () -> gate.calls().call(Rig.GET, new Script()));
                        assertThat(memory.usedBytes()).isLessThanOrEqualTo(100);
                    }
                }
                return 20;
            }));
        }

        assertThat(others).allSatisfy(other -> assertThat(get(other)).isEqualTo(20));
        assertThat(memory.usedBytes()).isZero();
        assertThat(throttledPages).allMatch(page -> !page.isDone());
    }

    private void awaitWaiting() {
        while (memory.waiting() == 0) {
            assertThat(Thread.interrupted()).as("ran out of time").isFalse();
            Thread.onSpinWait();
        }
    }
}
