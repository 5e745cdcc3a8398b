package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobState;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.core.job.InMemoryJobQueue;
import dev.backfill.core.time.SystemTime;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** A store that does not answer for a while. */
class StoreTroubleTest {
    private static final int MESSAGES = 1_000;

    private final AtomicInteger failures = new AtomicInteger();
    private final Set<String> failing = ConcurrentHashMap.newKeySet();
    private final InMemoryJobStore healthy = new InMemoryJobStore();
    private final RecordingSink sink = new RecordingSink();
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).build();

    /** The store, some of whose methods fail for a number of calls, half of them after the work is done. */
    private JobStore flaky() {
        return Interposed.between(JobStore.class, healthy, (method, arguments, real) -> {
            boolean fails = failing.contains(method) && failures.getAndDecrement() > 0;
            if (fails && failures.get() % 2 == 0) {
                throw new StoreException("the store is away", new IllegalStateException("test"));
            }
            Object answer = real.call(arguments);
            if (fails) {
                throw new StoreException("the store's answer was lost", new IllegalStateException("test"));
            }
            return answer;
        });
    }

    private BackfillJob runWith(int count, String... methods) {
        failures.set(count);
        failing.addAll(Set.of(methods));
        try (EngineRig rig = new EngineRig(source, sink, flaky(), builder -> builder)) {
            BackfillJob end = rig.run(EngineRig.request().build());
            assertThat(failures.get()).isNotPositive();
            return end;
        }
    }

    @Test
    void aWriteThatFailsIsTriedAgainAndNothingIsCountedTwice() {
        BackfillJob end = runWith(5, "write");

        assertThat(end.state()).isEqualTo(JobState.COMPLETED);
        assertThat(end.progress().published()).isEqualTo(MESSAGES);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
        assertThat(sink.duplicates()).isZero();
    }

    /** Tried for ever, it would publish the same mail again and again, and never say why. */
    @Test
    void whatTheStoreRefusesForGoodFailsTheJob() {
        JobStore refusing = Interposed.between(JobStore.class, healthy, (method, arguments, real) -> {
            if (method.equals("write") && !arguments[1].equals(Checkpoint.EMPTY)) {
                failures.incrementAndGet();
                throw StoreException.refused("the text cannot be held", new IllegalStateException("test"));
            }
            return real.call(arguments);
        });
        try (EngineRig rig = new EngineRig(source, sink, refusing, builder -> builder)) {
            BackfillJob end = rig.run(EngineRig.request().build());

            assertThat(end.state()).isEqualTo(JobState.FAILED);
            assertThat(end.failureCode()).isEqualTo("STORE_REFUSED");
            assertThat(failures).hasValue(1);
        }
    }

    @Test
    void aRunThatCannotReadItsPlanIsRunAgain() {
        BackfillJob end = runWith(2, "partitions", "pins", "failureCount");

        assertThat(end.state()).isEqualTo(JobState.COMPLETED);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
    }

    @Test
    void aSweepOutlivesAStoreThatDoesNotAnswer() {
        BackfillJob end = runWith(6, "runnable", "wanted", "claim", "forget");

        assertThat(end.state()).isEqualTo(JobState.COMPLETED);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
    }

    @Test
    void anOfferThatIsLostIsMadeAgainByASweep() {
        AtomicInteger lost = new AtomicInteger();
        SystemTime time = new SystemTime();
        InMemoryJobQueue queue = InMemoryJobQueue.withThreads("test", 1, time);
        JobQueue forgetful = Interposed.between(JobQueue.class, queue, (method, arguments, real) -> {
            if (method.equals("offer") && lost.incrementAndGet() <= 2) {
                return true;
            }
            return real.call(arguments);
        });
        EngineRig rig = new EngineRig(
                source,
                sink,
                healthy,
                builder -> builder.queue(forgetful)
                        .config(EngineRig.config()
                                .sweepInterval(Duration.ofMillis(20))
                                .build()));
        try (rig) {
            assertThat(rig.run(EngineRig.request().build()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(lost.get()).isGreaterThan(2);
        } finally {
            queue.close();
            time.close();
        }
    }
}
