package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.PageRequest;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import dev.backfill.testkit.WrappedSink;
import java.io.ByteArrayOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.UnaryOperator;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What foreign code says in its exceptions is in no log, no job and no failure row: it may be mail, an address or a token. */
class PrivateErrorsTest {
    private static final String CANARY = "canary@example.org";

    private final RecordingSink sink = new RecordingSink();
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(50)).build();
    private final ByteArrayOutputStream printed = new ByteArrayOutputStream();
    private PrintStream before;

    /** The log of these tests goes there, and so does what a thread prints that nobody watches over. */
    @BeforeEach
    void captureTheLog() {
        before = System.err;
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
    }

    @AfterEach
    void nothingOfItIsPrinted() {
        System.setErr(before);
        assertThat(printed.toString(StandardCharsets.UTF_8))
                .as("the log")
                .contains("Backfill starts")
                .doesNotContain(CANARY);
    }

    private static RuntimeException error() {
        return filled(new IllegalStateException(CANARY, new IllegalArgumentException(CANARY)));
    }

    private static <T extends Throwable> T filled(T error) {
        error.addSuppressed(new IllegalStateException(CANARY));
        return error;
    }

    private String log() {
        return printed.toString(StandardCharsets.UTF_8);
    }

    private EngineRig rig(UnaryOperator<BackfillBuilder> changes) {
        return rig(new InMemoryJobStore(), changes);
    }

    private EngineRig rig(JobStore store, UnaryOperator<BackfillBuilder> changes) {
        return new EngineRig(
                source,
                sink,
                store,
                builder -> changes.apply(builder.config(EngineRig.config()
                        .sweepInterval(Duration.ofMillis(10))
                        .publishFirstDelay(Duration.ofMillis(1))
                        .publishMaxDelay(Duration.ofMillis(1))
                        .build())));
    }

    private static void assertSilent(EngineRig rig, BackfillJob job) {
        assertThat(job.toString()).doesNotContain(CANARY);
        assertThat(rig.store.find(job.id()).orElseThrow().toString()).doesNotContain(CANARY);
        assertThat(String.valueOf(job.failureMessage())).doesNotContain(CANARY);
        assertThat(rig.jobs().failures(job.id(), PageRequest.first()).toString())
                .doesNotContain(CANARY);
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofASourceThatCannotBeOpened(boolean ofTheMachine) {
        Throwable error = ofTheMachine ? filled(new OutOfMemoryError(CANARY)) : error();
        try (EngineRig rig = rig(builder -> builder.source(new OpeningSource("broken", context -> {
            if (error instanceof Error fatal) {
                throw fatal;
            }
            throw (RuntimeException) error;
        })))) {
            BackfillJob failed = rig.run(BackfillRequest.builder("broken", "me").build());

            assertThat(failed.failureCode()).isEqualTo("INTERNAL");
            assertSilent(rig, failed);
        }
        assertThat(log())
                .contains(error.getClass().getName())
                .contains(getClass().getName() + ".");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key", "plan", "fetch", "count"})
    void ofAMailbox(String broken) {
        Interposed.Change change = (method, arguments, real) -> {
            if (method.equals(broken)) {
                throw error();
            }
            return real.call(arguments);
        };
        try (EngineRig rig = rig(builder -> builder.source(new WrappedSource(source, change)))) {
            BackfillJob ended =
                    rig.run(BackfillRequest.builder(WrappedSource.ID, "me").build());
            assertSilent(rig, ended);
        }
        assertThat(log()).contains("IllegalStateException");
    }

    @Test
    void ofTheCauseOfWhatAMailboxClassified() {
        Interposed.Change change = (method, arguments, real) -> {
            if (method.equals("fetch")) {
                throw filled(
                        SourceException.of(SourceException.Kind.FAIL_JOB, SourceException.Scope.MAILBOX, "NOT_FOUND")
                                .cause(error())
                                .build("There is no such mailbox."));
            }
            return real.call(arguments);
        };
        try (EngineRig rig = rig(builder -> builder.source(new WrappedSource(source, change)))) {
            BackfillJob failed =
                    rig.run(BackfillRequest.builder(WrappedSource.ID, "me").build());
            assertThat(failed.failureCode()).isEqualTo("NOT_FOUND");
            assertSilent(rig, failed);
        }
    }

    /** A sink whose publisher breaks with one of its methods, once. */
    private MessageSink breaking(String broken, Throwable error) {
        AtomicInteger calls = new AtomicInteger();
        return new WrappedSink("broken", sink, instead(broken, () -> calls.getAndIncrement() == 0 ? error : null));
    }

    /** Says what to throw instead of a call; null for nothing. */
    @FunctionalInterface
    private interface Instead {
        Throwable error();
    }

    private static Interposed.Change instead(String broken, Instead instead) {
        return (method, arguments, real) -> {
            Throwable error = method.equals(broken) ? instead.error() : null;
            if (error != null) {
                throw error;
            }
            return real.call(arguments);
        };
    }

    @ParameterizedTest
    @ValueSource(strings = {"publish", "limits", "flush", "close"})
    void ofASink(String broken) {
        try (EngineRig rig =
                rig(builder -> builder.sink(breaking(broken, error())).sinkId("broken"))) {
            assertSilent(rig, rig.run(EngineRig.request().build()));
        }
    }

    @Test
    void ofAnErrorOfTheMachineInASink() {
        try (EngineRig rig = rig(builder -> builder.sink(breaking("publish", filled(new OutOfMemoryError(CANARY))))
                .sinkId("broken"))) {
            assertSilent(rig, rig.run(EngineRig.request().build()));
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void ofAListener(boolean ofTheMachine) {
        try (EngineRig rig = rig(builder -> builder)) {
            rig.manager().addListener(event -> {
                if (ofTheMachine) {
                    throw filled(new OutOfMemoryError(CANARY));
                }
                throw error();
            });
            assertThat(rig.run(EngineRig.request().build()).state()).isEqualTo(JobState.COMPLETED);
        }
        assertThat(log()).contains("istener");
    }

    /** Of a host. */
    private record BrokenTokens(String broken) implements AccessTokens {
        @Override
        public String get() {
            if (broken.equals("get")) {
                throw error();
            }
            return CANARY;
        }

        @Override
        public void invalidate(String token) {
            throw error();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"function", "get", "invalidate"})
    void ofTheHostsTokens(String broken) throws InterruptedException {
        if (broken.equals("invalidate")) {
            source.faults(FaultScript.builder()
                    .failOperation(ScriptedSource.LIST, 1, Fault.of(SourceException.Kind.AUTH))
                    .build());
        }
        CountDownLatch ended = new CountDownLatch(1);
        InMemoryJobStore store = new InMemoryJobStore();
        BackfillManager manager = Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(source)
                .sink(sink)
                .store(store)
                .config(EngineRig.config().build())
                .accessTokens(account -> {
                    if (broken.equals("function")) {
                        throw error();
                    }
                    return new BrokenTokens(broken);
                })
                .listener(event -> {
                    if (event.job().state().isTerminal()) {
                        ended.countDown();
                    }
                })
                .build();
        try (manager) {
            JobId id = manager.forUser(EngineRig.USER)
                    .start(EngineRig.request().build())
                    .id();
            assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
            JobRecord row = store.find(id).orElseThrow();
            assertThat(row.toString()).doesNotContain(CANARY);
            assertThat(String.valueOf(row.failure()))
                    .doesNotContain(CANARY)
                    .contains(broken.equals("invalidate") ? "null" : "AUTHENTICATION");
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"claim", "wanted", "write", "insert", "runnable"})
    void ofAStore(String broken) throws InterruptedException {
        for (boolean classified : new boolean[] {false, true}) {
            CountDownLatch thrown = new CountDownLatch(1);
            AtomicInteger calls = new AtomicInteger();
            JobStore store = Interposed.between(JobStore.class, new InMemoryJobStore(), instead(broken, () -> {
                // The first look for jobs is the builder's, and what it throws the host's.
                if (calls.getAndIncrement() != (broken.equals("runnable") ? 1 : 0)) {
                    return null;
                }
                thrown.countDown();
                return classified ? filled(new StoreException(CANARY, error())) : error();
            }));
            try (EngineRig rig = rig(store, builder -> builder)) {
                try {
                    assertSilent(rig, rig.run(EngineRig.request().build()));
                } catch (IllegalStateException | StoreException theCallersOwn) {
                    assertThat(broken).isIn("insert", "runnable");
                }
                assertThat(thrown.await(30, TimeUnit.SECONDS)).isTrue();
            }
        }
    }
}
