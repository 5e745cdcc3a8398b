package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobState;
import dev.backfill.core.job.InMemoryJobQueue;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkLimits;
import dev.backfill.spi.SpiVersion;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Errors, as opposed to exceptions: of a plug-in, which end its job alone, and of the machine. */
class ErrorsTest {
    private final RecordingSink sink = new RecordingSink();
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(200)).build();

    /** A provider that cannot be opened. */
    private static OpeningSource broken(Error error) {
        return new OpeningSource("broken", context -> {
            throw error;
        });
    }

    private BackfillJob runOnBrokenSource(Error error, List<Throwable> thrown) {
        InMemoryJobQueue queue = new InMemoryJobQueue(
                task -> {
                    Thread thread = new Thread(task, "test-job");
                    thread.setUncaughtExceptionHandler((ended, uncaught) -> thrown.add(uncaught));
                    thread.start();
                },
                5,
                new ManualTime());
        EngineRig rig = new EngineRig(
                source, sink, builder -> builder.source(broken(error)).queue(queue));
        try (rig) {
            BackfillJob failed = rig.run(BackfillRequest.builder("broken", "me").build());
            assertThat(rig.run(EngineRig.request().build()).state())
                    .as("another job afterwards")
                    .isEqualTo(JobState.COMPLETED);
            return failed;
        }
    }

    @Test
    void anErrorOfTheMachineFailsTheJobAndIsThrownOn() {
        Error error = new OutOfMemoryError("the test wants it so");
        List<Throwable> thrown = new CopyOnWriteArrayList<>();

        BackfillJob failed = runOnBrokenSource(error, thrown);

        assertThat(failed.failureCode()).isEqualTo("INTERNAL");
        assertThat(failed.failureMessage()).contains("OutOfMemoryError");
        assertThat(thrown).containsExactly(error);
    }

    @Test
    void aPlugInThatDoesNotFitTheOtherJarsFailsItsJobAlone() {
        List<Throwable> thrown = new CopyOnWriteArrayList<>();

        BackfillJob failed = runOnBrokenSource(new NoSuchMethodError("the test wants it so"), thrown);

        assertThat(failed.failureCode()).isEqualTo("INTERNAL");
        assertThat(thrown).isEmpty();
    }

    @Test
    void theEnginesOwnThreadsOutliveAnErrorOfTheMachine() {
        EngineRig rig = new EngineRig(
                source,
                sink,
                builder -> builder.source(broken(new OutOfMemoryError("the test wants it so")))
                        .config(EngineRig.config().maxConcurrentJobs(1).build()));
        try (rig) {
            BackfillJob failed = rig.run(BackfillRequest.builder("broken", "me").build());
            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(rig.run(EngineRig.request().build()).state()).isEqualTo(JobState.COMPLETED);
        }
    }

    /** A sink that answers well, but for the messages with some numbers. */
    private record ErringSink(int refused, int broken, Error error, AtomicInteger published) implements MessageSink {
        @Override
        public String sinkId() {
            return "erring";
        }

        @Override
        public int spiVersion() {
            return SpiVersion.CURRENT;
        }

        @Override
        public MessagePublisher open(SinkContext context) {
            return new ErringPublisher(this);
        }
    }

    private record ErringPublisher(ErringSink sink) implements MessagePublisher {
        @Override
        public CompletionStage<String> publish(OutboundMessage message) {
            int number = sink.published().incrementAndGet();
            if (number == sink.broken()) {
                throw sink.error();
            }
            return number == sink.refused()
                    ? CompletableFuture.failedFuture(RecordingSink.error(SinkException.Kind.TRANSIENT, "UNAVAILABLE"))
                    : CompletableFuture.completedFuture("id");
        }

        @Override
        public SinkLimits limits() {
            return RecordingSink.DEFAULT_LIMITS;
        }

        @Override
        public void flush() {}

        @Override
        public void close() {}
    }

    private BackfillJob runOnErringSink(ErringSink erring) {
        EngineRig rig = new EngineRig(
                source,
                sink,
                builder -> builder.sink(erring)
                        .sinkId("erring")
                        .config(EngineRig.config()
                                .publishFirstDelay(Duration.ofMillis(1))
                                .publishMaxDelay(Duration.ofMillis(1))
                                .build()));
        try (rig) {
            BackfillJob failed = rig.run(EngineRig.request().build());
            rig.jobs().resume(failed.id());
            assertThat(rig.awaitEnd(failed.id()).state()).as("resumed").isEqualTo(JobState.COMPLETED);
            return failed;
        }
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorOfTheSinkFailsTheJobWhichCanBeResumed(boolean ofTheMachine) {
        Error error = ofTheMachine ? new OutOfMemoryError("as wanted") : new NoSuchMethodError("as wanted");

        BackfillJob failed = runOnErringSink(new ErringSink(0, 150, error, new AtomicInteger()));

        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.failureMessage()).contains(error.getClass().getName());
    }

    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void anErrorOfTheSinkWhenAMessageIsHandedOverAgainFailsTheJobToo(boolean ofTheMachine) {
        Error error = ofTheMachine ? new OutOfMemoryError("as wanted") : new NoSuchMethodError("as wanted");

        // The last message is refused for now, so that the next to come is the same one again, on a helper's thread.
        BackfillJob failed = runOnErringSink(new ErringSink(200, 201, error, new AtomicInteger()));

        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        assertThat(failed.failureMessage()).contains(error.getClass().getName());
    }
}
