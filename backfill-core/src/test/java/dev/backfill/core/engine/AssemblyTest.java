package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.core.job.InMemoryBudgetStore;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.WrappedSink;
import java.lang.reflect.Proxy;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.Test;

/** An engine that cannot be started leaves nothing open. */
class AssemblyTest {
    /** Less than the time after which an idle thread of events ends by itself. */
    private static final long LONGEST_MILLIS = 5_000;

    private final RuntimeException down = new StoreException("The store does not answer.", new IllegalStateException());

    private final List<String> calls = new CopyOnWriteArrayList<>();

    /** Notes calls; the one with the given name throws. */
    private Interposed.Change noting(String name, String broken) {
        return (method, arguments, real) -> {
            calls.add(name + "." + method);
            if (method.equals(broken)) {
                throw down;
            }
            return real.call(arguments);
        };
    }

    private void assertFails(String brokenSink, UnaryOperator<BackfillBuilder> change) {
        BackfillBuilder builder = change.apply(Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .config(EngineRig.config().build())
                .sink(new WrappedSink("noting", new RecordingSink(), noting("sink", brokenSink)))
                .accessTokens(account -> () -> "token"));

        assertThatThrownBy(builder::build).isSameAs(down);

        assertThat(calls).containsOnlyOnce("sink.close");
        assertNoThreadStays();
    }

    /** A thread that was told to end may take a moment; one that was not never does. */
    private static void assertNoThreadStays() {
        for (Thread thread : Thread.getAllStackTraces().keySet()) {
            if (thread.getName().startsWith("backfill-test-")) {
                try {
                    thread.join(LONGEST_MILLIS);
                } catch (InterruptedException interrupted) {
                    throw new AssertionError(interrupted);
                }
                assertThat(thread.isAlive()).as(thread.getName()).isFalse();
            }
        }
    }

    private JobStore store(String broken) {
        return Interposed.between(JobStore.class, new InMemoryJobStore(), noting("store", broken));
    }

    private Persistence persistence(String broken) {
        Persistence inner = (Persistence) Proxy.newProxyInstance(
                Persistence.class.getClassLoader(),
                new Class<?>[] {Persistence.class},
                (proxy, call, arguments) -> switch (call.getName()) {
                    case "jobs" -> new InMemoryJobStore();
                    case "queue" -> new HandQueue();
                    case "budgets" -> new InMemoryBudgetStore(InstantSource.system());
                    default -> null;
                });
        return Interposed.between(Persistence.class, inner, noting("persistence", broken));
    }

    @Test
    void aStoreThatCannotBeHadClosesTheSink() {
        assertFails("none", builder -> builder.store(persistence("jobs")));
    }

    @Test
    void aQueueThatCannotBeHadClosesTheSink() {
        assertFails("none", builder -> builder.store(persistence("queue")));
        assertThat(calls).doesNotContain("persistence.close");
    }

    @Test
    void aStoreThatDoesNotAnswerAtTheStartClosesTheSink() {
        assertFails("none", builder -> builder.store(store("list")));
        assertThat(calls).doesNotContain("store.close");
    }

    @Test
    void aQueueThatCannotBeStartedIsClosedBeforeTheSink() {
        assertFails(
                "none",
                builder ->
                        builder.queue(Interposed.between(JobQueue.class, new HandQueue(), noting("queue", "start"))));
        assertThat(calls).containsSubsequence("queue.start", "queue.close", "sink.close");
    }

    @Test
    void whatGoesWrongInClosingIsSuppressedAndKeepsNothingOpen() {
        IllegalStateException stuck = new IllegalStateException("stuck");
        JobQueue queue = (JobQueue) Proxy.newProxyInstance(
                JobQueue.class.getClassLoader(), new Class<?>[] {JobQueue.class}, (proxy, call, arguments) -> {
                    throw call.getName().equals("start") ? down : stuck;
                });

        // The sink throws the very exception that is thrown already.
        assertFails("close", builder -> builder.queue(queue));

        assertThat(down.getSuppressed()).containsExactly(stuck);
    }
}
