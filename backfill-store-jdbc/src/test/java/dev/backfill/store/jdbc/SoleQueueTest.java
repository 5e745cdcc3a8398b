package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.core.Backfill;
import dev.backfill.core.EngineConfig;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.SinkException;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import dev.backfill.testkit.WrappedSink;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a file are held whatever heartbeats say, so that two engines on it would both run a job whose heartbeat was late. */
class SoleQueueTest {
    @TempDir
    private Path folder;

    private final StoreEngines engines = new StoreEngines();
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(3)).build();
    private JdbcPersistence store;

    @BeforeEach
    void open() {
        store = engines.own(JdbcPersistence.file(folder.resolve("jobs.db")).open());
    }

    @AfterEach
    void close() {
        engines.close();
    }

    private void assertRuns(BackfillManager manager) {
        JobId id = manager.forUser(StoreEngines.USER)
                .start(StoreEngines.request("me"))
                .id();
        StoreEngines.awaitState(manager, id, JobState.COMPLETED);
    }

    @Test
    void aSecondEngineOnAFileIsToldWhatToDoAndTheFirstGoesOn() {
        BackfillManager first = engines.engine("first", source, store);
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() -> engines.engine("second", source, store))
                .withMessageContaining("one engine at a time")
                .withMessageContaining("maxConcurrentJobs")
                .withMessageContaining("JdbcPersistence.dataSource")
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(JdbcPersistence.SETUP_CODE));
        assertRuns(first);
        assertThatExceptionOfType(BackfillException.class).isThrownBy(() -> engines.engine("third", source, store));
    }

    @Test
    void anEngineMayFollowOneThatWasClosed() {
        engines.engine("first", source, store).close();
        assertRuns(engines.engine("second", source, store));
    }

    @Test
    void aQueueThatCouldNotStartTakesNoPlace() {
        try (JobQueue broken = store.queue("broken", 1)) {
            assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> broken.start(null, () -> {}));
            assertRuns(engines.engine("second", source, store));
        }
    }

    /** A queue, and what it was started with. */
    private static final class Handed {
        private final AtomicReference<JobQueue.Handler> handler = new AtomicReference<>();
        private final AtomicReference<SoleQueue> place;
        private final SoleQueue queue;

        Handed(AtomicReference<SoleQueue> place, RuntimeException atClose) {
            this.place = place;
            this.queue = new SoleQueue(
                    Interposed.between(JobQueue.class, new Idle(handler), (method, arguments, real) -> {
                        if (method.equals("close") && atClose != null) {
                            throw atClose;
                        }
                        return real.call(arguments);
                    }),
                    place);
        }

        boolean hasThePlace() {
            return queue.equals(place.get());
        }
    }

    /** Runs nothing by itself. */
    private record Idle(AtomicReference<JobQueue.Handler> started) implements JobQueue {
        @Override
        public void start(Handler handler, Runnable onRoom) {
            started.set(handler);
        }

        @Override
        public boolean offer(JobId id) {
            return true;
        }

        @Override
        public int room() {
            return 1;
        }

        @Override
        public void close() {
            // Waits for no run
        }
    }

    @Test
    void aQueueThatCannotBeClosedGivesItsPlaceFree() {
        IllegalStateException stuck = new IllegalStateException("as wanted");
        AtomicReference<SoleQueue> place = new AtomicReference<>();
        Handed first = new Handed(place, stuck);
        first.queue.start((id, hold) -> new JobQueue.Result.Done(), () -> {});

        assertThatThrownBy(first.queue::close).isSameAs(stuck);

        Handed second = new Handed(place, null);
        second.queue.start((id, hold) -> new JobQueue.Result.Done(), () -> {});
        assertThat(second.hasThePlace()).isTrue();
        // Closing again takes nothing from the next
        assertThatThrownBy(first.queue::close).isSameAs(stuck);
        assertThat(second.hasThePlace()).isTrue();
    }

    /** Closing waits for runs no longer than a queue waits, and the next may start then. */
    @Test
    void aRunThatOutlivesItsQueueHasNoHoldBesideTheNext() {
        AtomicReference<SoleQueue> place = new AtomicReference<>();
        Handed first = new Handed(place, null);
        List<JobQueue.Hold> holds = new ArrayList<>();
        JobQueue.Handler handler = (id, hold) -> {
            holds.add(hold);
            return new JobQueue.Result.Done();
        };
        first.queue.start(handler, () -> {});
        first.handler.get().run(new JobId("j1"), JobQueue.Hold.ALWAYS);
        assertThat(holds.get(0).isHeld()).isTrue();

        first.queue.close();
        assertThat(holds.get(0).isHeld()).as("between two engines").isFalse();
        Handed second = new Handed(place, null);
        second.queue.start(handler, () -> {});
        second.handler.get().run(new JobId("j1"), JobQueue.Hold.ALWAYS);

        assertThat(holds).extracting(JobQueue.Hold::isHeld).containsExactly(false, true);
    }

    /** A store in a file whose queues do not wait for their runs. */
    private Persistence impatient() {
        Tables tables = new Tables(null, Tables.DEFAULT_PREFIX);
        SqliteFile file = engines.own(SqliteFile.open(folder.resolve("impatient.db"), tables));
        QueueTimings timings = new QueueTimings(Duration.ofMillis(20), Duration.ofMillis(50), 4, Duration.ZERO);
        AtomicReference<SoleQueue> place = new AtomicReference<>();
        return Interposed.between(
                Persistence.class,
                new TestPersistence(
                        new Database(Dialect.SQLITE, file.writer(), file.reader(), tables),
                        timings,
                        MonotonicTime.SYSTEM,
                        MonotonicTime.WALL_MILLIS),
                (method, arguments, real) -> method.equals("queue")
                        ? new SoleQueue((JobQueue) real.call(arguments), place)
                        : real.call(arguments));
    }

    /** A mailbox that cannot be closed before the end. */
    private EmailSource neverClosing(CompletableFuture<Void> end) {
        return Interposed.between(EmailSource.class, source, (method, arguments, real) -> {
            Object answer = real.call(arguments);
            return answer instanceof Mailbox opened ? neverClosing(opened, end) : answer;
        });
    }

    private static Mailbox neverClosing(Mailbox mailbox, CompletableFuture<Void> end) {
        return Interposed.between(Mailbox.class, mailbox, (method, arguments, real) -> {
            if (method.equals("close")) {
                end.join();
            }
            return real.call(arguments);
        });
    }

    /** A sink that each message stands in until the end. */
    private MessageSink standing(BlockingQueue<Thread> handed, CompletableFuture<Void> end) {
        return new WrappedSink("standing", engines.sink(), (method, arguments, real) -> {
            if (!method.equals("publish")) {
                return real.call(arguments);
            }
            handed.add(Thread.currentThread());
            end.join();
            throw RecordingSink.error(SinkException.Kind.PERMANENT, "ENDED");
        });
    }

    /** Its walk stands in the sink, and its own thread in a provider: closing the engine ends neither. */
    @Test
    void aRunThatCannotBeEndedHandsOverNothingBesideTheNextEngine() throws InterruptedException {
        Persistence shared = impatient();
        CompletableFuture<Void> sinkEnds = new CompletableFuture<>();
        CompletableFuture<Void> providerEnds = new CompletableFuture<>();
        BlockingQueue<Thread> handed = new LinkedBlockingQueue<>();
        BackfillManager first = engines.own(Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(neverClosing(providerEnds))
                .sink(standing(handed, sinkEnds))
                .store(shared)
                .config(EngineConfig.builder().instanceName("first").build())
                .accessTokens(account -> () -> "none")
                .build());
        JobId id = first.forUser(StoreEngines.USER)
                .start(StoreEngines.request("me"))
                .id();
        Thread walk = handed.poll(30, TimeUnit.SECONDS);
        assertThat(walk).isNotNull();
        first.close();

        BackfillManager second = engines.engine("second", source, shared);
        StoreEngines.awaitState(second, id, JobState.COMPLETED);
        sinkEnds.complete(null);
        Until.is(
                "the walk to end",
                () -> Stream.of(walk.getStackTrace())
                        .noneMatch(frame -> frame.getClassName().startsWith("dev.backfill.core.pipeline")));
        providerEnds.complete(null);
        Until.is("the run to end", () -> source.log().open() == 0);

        assertThat(handed).as("more messages of the first").isEmpty();
        assertThat(engines.sink().distinct()).isEqualTo(3);
        assertThat(engines.sink().duplicates()).isZero();
    }

    @Test
    void enginesShareAPostgres() {
        JdbcPersistence shared = engines.own(JdbcPersistence.dataSource(Postgres.dataSource())
                .schema(Postgres.newSchema())
                .open());
        BackfillManager first = engines.engine("first", source, shared);
        engines.engine("second", source, shared);
        assertRuns(first);
    }
}
