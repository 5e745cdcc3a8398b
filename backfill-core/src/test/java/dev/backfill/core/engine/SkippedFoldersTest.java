package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedSource;
import org.junit.jupiter.api.Test;

/** Folders that nobody may read, or not any more: what the job says of them, and when it tries them again. */
class SkippedFoldersTest extends ScriptedRuns {
    @Test
    void aForbiddenFolderIsLeftOutAndNamed() {
        FaultScript faults = FaultScript.builder()
                .fail(
                        At.window(3, 0),
                        FaultScript.ALWAYS,
                        Fault.of(Kind.SKIP_PARTITION).code("ErrorAccessDenied"))
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.notes()).containsExactly(new JobNote("FOLDER_SKIPPED", "inbox", "ErrorAccessDenied"));
            assertThat(sink.distinct()).isEqualTo(MESSAGES - 250);
        }
    }

    @Test
    void windowsOfAFolderThatAreSkippedOneAfterTheOtherAreOneNote() {
        Gate gate = Gate.shut();
        Fault forbidden = Fault.of(Kind.SKIP_PARTITION).code("ErrorAccessDenied");
        FaultScript faults = FaultScript.builder()
                .block(At.window(3, 0), gate)
                .fail(At.window(2, 0), FaultScript.ALWAYS, forbidden)
                .fail(At.window(3, 0), FaultScript.ALWAYS, forbidden)
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob started = rig.start();
            rig.await(started.id(), now -> !now.notes().isEmpty());
            gate.open();

            BackfillJob job = rig.awaitEnd(started.id());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.notes()).containsExactly(new JobNote("FOLDER_SKIPPED", "inbox", "ErrorAccessDenied"));
            assertThat(sink.distinct()).isEqualTo(MESSAGES - 500);
        }
    }

    @Test
    void aJobWhoseEveryFolderIsSkippedFailsAndReadsThemWhenResumed() {
        ScriptedSource source = source().faults(everyPageIsForbidden()).build();
        try (EngineRig rig = rig(source)) {
            BackfillJob failed = rig.run(EngineRig.request().build());

            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(failed.failureCode()).isEqualTo("ALL_FOLDERS_SKIPPED");
            assertThat(failed.failureMessage()).contains("consent", "resume");
            assertThat(failed.notes()).containsExactly(new JobNote("FOLDER_SKIPPED", "inbox", "ErrorAccessDenied"));
            source.faults(FaultScript.NONE);

            rig.jobs().resume(failed.id());

            BackfillJob completed = rig.awaitEnd(failed.id());
            assertWholeMailboxOnce(completed);
            assertThat(completed.notes()).as("what was read after all").isEmpty();
        }
    }

    @Test
    void aMailboxThatIsForbiddenHalfwayThroughEachWindowIsNoSuccess() {
        FaultScript.Builder faults = FaultScript.builder();
        for (int window = 0; window < 4; window++) {
            faults.fail(
                    At.window(window, 1),
                    FaultScript.ALWAYS,
                    Fault.of(Kind.SKIP_PARTITION).code("ErrorAccessDenied"));
        }
        ScriptedSource source = source().faults(faults.build()).build();
        try (EngineRig rig = rig(source)) {
            BackfillJob failed = rig.run(EngineRig.request().build());

            assertThat(failed.failureCode()).isEqualTo("ALL_FOLDERS_SKIPPED");
            assertThat(failed.progress().published()).isEqualTo(400);
            source.faults(FaultScript.NONE);

            rig.jobs().resume(failed.id());

            assertWholeMailboxOnce(rig.awaitEnd(failed.id()));
        }
    }

    private static FaultScript everyPageIsForbidden() {
        FaultScript.Builder faults = FaultScript.builder();
        for (int window = 0; window < 4; window++) {
            faults.fail(
                    At.window(window, 0),
                    FaultScript.ALWAYS,
                    Fault.of(Kind.SKIP_PARTITION).code("ErrorAccessDenied"));
        }
        return faults.build();
    }

    @Test
    void aFolderThatWasLeftOutStaysNamedWhenOnlyTheChangesAreReadAgain() {
        Fault forbidden = Fault.of(Kind.SKIP_PARTITION).code("ErrorAccessDenied");
        FaultScript faults = FaultScript.builder()
                .fail(At.window(3, 0), FaultScript.ALWAYS, forbidden)
                .fail(At.changes("inbox", 0), 2, Fault.of(Kind.AUTH))
                .build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob failed = rig.run(EngineRig.request().build());
            assertThat(failed.failureCode()).isEqualTo("AUTHENTICATION");
            assertThat(failed.progress().published()).isEqualTo(MESSAGES - 250);

            rig.jobs().resume(failed.id());

            BackfillJob job = rig.awaitEnd(failed.id());
            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.notes()).containsExactly(new JobNote("FOLDER_SKIPPED", "inbox", "ErrorAccessDenied"));
            assertThat(sink.distinct()).isEqualTo(MESSAGES - 250);
        }
    }

    private static FaultScript everyWindowIsForbidden() {
        return FaultScript.builder()
                .fail(
                        At.window(-1, -1),
                        FaultScript.ALWAYS,
                        Fault.of(Kind.SKIP_PARTITION).code("ErrorAccessDenied"))
                .build();
    }

    /** That its changes could be listed, none or some, says nothing of whether its mail can be read. */
    @Test
    void aJobOfEverythingAfterAWholeOneWhoseEveryFolderIsSkippedFailsTooThoughItReadTheChanges() {
        ScriptedSource source = source().build();
        try (EngineRig rig = rig(source)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
            source.account().update(sink.messageIds().get(0));
            source.faults(everyWindowIsForbidden());

            BackfillJob failed = rig.run(EngineRig.request().build());

            assertThat(failed.failureCode()).isEqualTo("ALL_FOLDERS_SKIPPED");
            assertThat(failed.progress().published()).as("the change").isEqualTo(1);
            source.faults(FaultScript.NONE);

            rig.jobs().resume(failed.id());

            BackfillJob completed = rig.awaitEnd(failed.id());
            assertThat(completed.state()).isEqualTo(JobState.COMPLETED);
            assertThat(completed.progress().published()).isEqualTo(MESSAGES + 1);
            assertThat(completed.notes()).isEmpty();
        }
    }

    @Test
    void anIncrementalJobThatMustReadAllAnewBecauseItsMarksAreLostAndMayNotFails() {
        ScriptedSource source = source().build();
        try (EngineRig rig = rig(source)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
            source.account().update(sink.messageIds().get(0));
            source.account().forgetChanges();
            source.faults(everyWindowIsForbidden());

            BackfillJob failed =
                    rig.run(EngineRig.request().mode(Mode.INCREMENTAL).build());

            assertThat(failed.failureCode()).isEqualTo("ALL_FOLDERS_SKIPPED");
        }
    }

    @Test
    void anIncrementalJobOverAnUnchangedMailboxIsASuccess() {
        ScriptedSource source = source().build();
        try (EngineRig rig = rig(source)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
            source.faults(everyWindowIsForbidden());

            assertThat(rig.run(EngineRig.request().mode(Mode.INCREMENTAL).build())
                            .state())
                    .isEqualTo(JobState.COMPLETED);
        }
    }
}
