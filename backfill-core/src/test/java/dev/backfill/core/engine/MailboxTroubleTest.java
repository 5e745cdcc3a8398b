package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobState;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Mailboxes that cannot be opened, or are not the one they were. */
class MailboxTroubleTest {
    private static final int MESSAGES = 400;

    private final RecordingSink sink = new RecordingSink();

    private static ScriptedSource source(FaultScript faults) {
        return ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES))
                .windowMessages(100)
                .faults(faults)
                .build();
    }

    private static BackfillRequest wrapped() {
        return BackfillRequest.builder(WrappedSource.ID, "me").build();
    }

    private EngineRig rig(WrappedSource wrapped) {
        return new EngineRig(source(FaultScript.NONE), sink, builder -> builder.source(wrapped));
    }

    @ParameterizedTest
    @CsvSource({"AUTH, InvalidAuthenticationToken, AUTHENTICATION", "FAIL_JOB, NoSuchMailbox, NoSuchMailbox"})
    void aMailboxThatDoesNotSayWhichItIsFailsTheJobByName(Kind kind, String code, String expected) {
        AtomicInteger asked = new AtomicInteger();
        WrappedSource refusing = new WrappedSource(source(FaultScript.NONE), (method, arguments, real) -> {
            if (method.equals("key") && asked.incrementAndGet() == 1) {
                throw SourceException.of(kind, SourceException.Scope.MAILBOX, code)
                        .build("the test wants it so");
            }
            return real.call(arguments);
        });
        try (EngineRig rig = rig(refusing)) {
            BackfillJob failed = rig.run(wrapped());
            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(failed.failureCode()).isEqualTo(expected);

            rig.jobs().resume(failed.id());

            assertThat(rig.awaitEnd(failed.id()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
        }
    }

    static Stream<Arguments> errors() {
        return Stream.of(
                Arguments.of(new IllegalStateException("as wanted"), "INTERNAL"),
                Arguments.of(sourceError(Kind.AUTH, "InvalidAuthenticationToken"), "AUTHENTICATION"),
                Arguments.of(sourceError(Kind.FAIL_JOB, "NoSuchMailbox"), "NoSuchMailbox"));
    }

    private static SourceException sourceError(Kind kind, String code) {
        return SourceException.of(kind, SourceException.Scope.MAILBOX, code).build("the test wants it so");
    }

    @ParameterizedTest
    @MethodSource("errors")
    void aMailboxThatCannotBeOpenedFailsTheJobWhichCanBeResumed(RuntimeException error, String expected) {
        ScriptedSource inner = source(FaultScript.NONE);
        AtomicInteger opened = new AtomicInteger();
        OpeningSource source = new OpeningSource("unopenable", context -> {
            if (opened.incrementAndGet() == 1) {
                throw error;
            }
            return inner.open(context);
        });
        EngineRig rig = new EngineRig(source(FaultScript.NONE), sink, builder -> builder.source(source));
        try (rig) {
            BackfillJob failed =
                    rig.run(BackfillRequest.builder("unopenable", "me").build());
            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(failed.failureCode()).isEqualTo(expected);

            rig.jobs().resume(failed.id());

            assertThat(rig.awaitEnd(failed.id()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
        }
    }

    @Test
    void aJobNeverGoesOnInAnotherMailboxThanItBeganWith() {
        AtomicInteger opened = new AtomicInteger();
        FaultScript faults = FaultScript.builder()
                .fail(At.window(2, 0), 2, Fault.of(Kind.AUTH))
                .build();
        WrappedSource changing = new WrappedSource(source(faults), (method, arguments, real) -> {
            Object answer = real.call(arguments);
            return method.equals("key") && opened.incrementAndGet() == 2 ? "somebody else's" : answer;
        });
        try (EngineRig rig = rig(changing)) {
            BackfillJob failed = rig.run(wrapped());
            assertThat(failed.failureCode()).isEqualTo("AUTHENTICATION");
            int published = sink.distinct();

            rig.jobs().resume(failed.id());
            BackfillJob refused = rig.awaitEnd(failed.id());
            assertThat(refused.failureCode()).isEqualTo("MAILBOX_CHANGED");
            assertThat(sink.distinct()).as("published of the other mailbox").isEqualTo(published);

            rig.jobs().resume(failed.id());
            assertThat(rig.awaitEnd(failed.id()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
        }
    }
}
