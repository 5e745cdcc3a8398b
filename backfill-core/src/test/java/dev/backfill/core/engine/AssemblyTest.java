package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.core.job.InMemoryBudgetStore;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SpiVersion;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.RecordingSink;
import java.lang.reflect.InvocationTargetException;
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
    private <T> T noting(Class<T> type, String name, String broken, Object inner) {
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(), new Class<?>[] {type}, (proxy, call, arguments) -> {
                    calls.add(name + "." + call.getName());
                    if (call.getName().equals(broken)) {
                        throw down;
                    }
                    try {
                        return call.invoke(inner, arguments);
                    } catch (InvocationTargetException thrown) {
                        throw thrown.getCause();
                    }
                }));
    }

    private final class Sink implements MessageSink {
        private final String broken;

        Sink(String broken) {
            this.broken = broken;
        }

        @Override
        public String sinkId() {
            return "noting";
        }

        @Override
        public int spiVersion() {
            return SpiVersion.CURRENT;
        }

        @Override
        public MessagePublisher open(SinkContext context) {
            return noting(MessagePublisher.class, "sink", broken, new RecordingSink().open(context));
        }
    }

    private void assertFails(String brokenSink, UnaryOperator<BackfillBuilder> change) {
        BackfillBuilder builder = change.apply(Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .config(EngineRig.config().build())
                .sink(new Sink(brokenSink))
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
        return noting(JobStore.class, "store", broken, new InMemoryJobStore());
    }

    private Persistence persistence(String broken) {
        Object inner = Proxy.newProxyInstance(
                Persistence.class.getClassLoader(),
                new Class<?>[] {Persistence.class},
                (proxy, call, arguments) -> switch (call.getName()) {
                    case "jobs" -> new InMemoryJobStore();
                    case "queue" -> new HandQueue();
                    case "budgets" -> new InMemoryBudgetStore(InstantSource.system());
                    default -> null;
                });
        return noting(Persistence.class, "persistence", broken, inner);
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
        assertFails("none", builder -> builder.queue(noting(JobQueue.class, "queue", "start", new HandQueue())));
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
