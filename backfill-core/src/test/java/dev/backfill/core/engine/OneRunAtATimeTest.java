package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.core.Backfill;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.JobQueue.Hold;
import dev.backfill.spi.JobQueue.Result;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A queue that hands a job out again while it runs here. No sweep comes to help: it is a minute away. */
class OneRunAtATimeTest {
    private static final int MESSAGES = 300;

    private final InMemoryJobStore store = new InMemoryJobStore();
    private final RecordingSink sink = new RecordingSink();
    private final HandQueue queue = new HandQueue();

    private final AtomicInteger opening = new AtomicInteger();
    private final AtomicInteger mostOpening = new AtomicInteger();
    private final CountDownLatch open = new CountDownLatch(1);

    private BackfillManager engine(ScriptedSource source) {
        return Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(source)
                .sink(sink)
                .store(store)
                .queue(queue)
                .config(EngineRig.config().sweepInterval(Duration.ofMinutes(1)).build())
                .accessTokens(account -> tokens())
                .build();
    }

    private AccessTokens tokens() {
        mostOpening.accumulateAndGet(opening.incrementAndGet(), Math::max);
        try {
            assertThat(open.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        } finally {
            opening.decrementAndGet();
        }
        return () -> "token";
    }

    private void assertRead(JobId id, CompletableFuture<Result> first, CompletableFuture<Result> second)
            throws Exception {
        assertThat(first.get(20, TimeUnit.SECONDS)).isInstanceOf(Result.Done.class);
        assertThat(second.get(20, TimeUnit.SECONDS)).isInstanceOf(Result.Done.class);
        assertThat(store.find(id).orElseThrow().state()).isEqualTo(JobState.COMPLETED);
        assertThat(store.find(id).orElseThrow().epoch()).isEqualTo(2);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
    }

    @Test
    void aRunWaitsForTheOneBeforeThoughThatIsOnlyOpeningItsMailbox() throws Exception {
        ScriptedSource source =
                ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).build();
        try (BackfillManager manager = engine(source)) {
            JobId id = manager.forUser(EngineRig.USER)
                    .start(EngineRig.request().build())
                    .id();
            CompletableFuture<Result> first = queue.hand(id, Hold.ALWAYS);
            spinUntil(() -> opening.get() == 1);
            CompletableFuture<Result> second = queue.hand(id, Hold.ALWAYS);
            Thread its = queue.latest;
            // It waits for its turn, or else for its tokens.
            spinUntil(() -> store.find(id).orElseThrow().epoch() == 2
                    && (its.getState() == Thread.State.WAITING || its.getState() == Thread.State.TIMED_WAITING));
            open.countDown();

            assertRead(id, first, second);
            assertThat(mostOpening)
                    .as("mailboxes that were being opened at once")
                    .hasValue(1);
        }
    }

    @Test
    void aRunThatIsStuckInAPageEndsAsSoonAsTheJobIsClaimedAgain() throws Exception {
        open.countDown();
        Gate gate = Gate.shut();
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES))
                .faults(FaultScript.builder().block(At.window(0, 1), gate).build())
                .build();
        try (BackfillManager manager = engine(source)) {
            JobId id = manager.forUser(EngineRig.USER)
                    .start(EngineRig.request().build())
                    .id();
            CompletableFuture<Result> first = queue.hand(id, Hold.ALWAYS);
            gate.awaitEntered(1);

            CompletableFuture<Result> second = queue.hand(id, Hold.ALWAYS);
            assertThat(first.get(20, TimeUnit.SECONDS)).isInstanceOf(Result.Done.class);
            gate.open();

            assertRead(id, first, second);
        }
    }

    private interface Condition {
        boolean holds();
    }

    private static void spinUntil(Condition condition) {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (!condition.holds()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
    }
}
