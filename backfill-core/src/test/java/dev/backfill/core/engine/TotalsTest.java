package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.util.List;
import java.util.function.Consumer;
import org.junit.jupiter.api.Test;

/** What the total of a completed job may claim, and what the job says where nobody could check what was listed. */
class TotalsTest extends ScriptedRuns {
    private static void nothing(ScriptedSource source) {}

    /** Runs a job whose oldest window waits until the estimate is stored, and what then happens to the mailbox. */
    private BackfillJob run(
            ScriptedSource.Builder script,
            FaultScript.Builder faults,
            BackfillRequest request,
            Consumer<ScriptedSource> meanwhile) {
        Gate gate = Gate.shut();
        ScriptedSource source =
                script.faults(faults.block(At.window(3, 0), gate).build()).build();
        try (EngineRig rig = rig(source)) {
            BackfillJob started = rig.jobs().start(request);
            rig.await(started.id(), job -> job.progress().totalKind() != CountKind.UNKNOWN);
            gate.awaitEntered(1);
            meanwhile.accept(source);
            gate.open();
            BackfillJob end = rig.awaitEnd(started.id());
            assertThat(end.state()).as("%s", end.failureMessage()).isEqualTo(JobState.COMPLETED);
            return end;
        }
    }

    private static BackfillRequest unpinned() {
        return EngineRig.request().pin(false).build();
    }

    private static void assertTotal(BackfillJob job, long total, CountKind kind) {
        assertThat(job.progress().total()).as("total").isEqualTo(total);
        assertThat(job.progress().totalKind()).isEqualTo(kind);
    }

    @Test
    void aWholeMailboxWhoseWindowsWereAllCountedIsAnExactTotal() {
        BackfillJob job =
                run(source().estimates(CountKind.ESTIMATE), FaultScript.builder(), unpinned(), TotalsTest::nothing);

        assertTotal(job, MESSAGES, CountKind.EXACT);
        assertThat(job.notes()).isEmpty();
    }

    @Test
    void mailThatCameAfterTheEstimateIsInTheTotal() {
        BackfillJob job = run(
                source(),
                FaultScript.builder(),
                unpinned(),
                source -> source.account()
                        .add(
                                "inbox",
                                "inbox-late",
                                ScriptedFolder.inbox(MESSAGES).receivedAt(1)));

        assertThat(sink.messageIds()).contains("inbox-late");
        assertTotal(job, MESSAGES + 1, CountKind.EXACT);
        assertThat(job.notes()).isEmpty();
    }

    @Test
    void aJobThatEndsAtItsBoundKeepsTheTotalOfAllThatIsThere() {
        BackfillJob job = run(
                source(),
                FaultScript.builder(),
                EngineRig.request().maxEmails(333L).build(),
                TotalsTest::nothing);

        assertThat(job.limited()).isTrue();
        assertThat(job.progress().listed()).isEqualTo(333);
        assertTotal(job, MESSAGES, CountKind.EXACT);
    }

    @Test
    void aJobThatLeftAFolderOutKeepsTheTotalOfAllThatIsThere() {
        FaultScript.Builder faults = FaultScript.builder()
                .fail(
                        At.window(2, 0),
                        FaultScript.ALWAYS,
                        Fault.of(Kind.SKIP_PARTITION).code("ErrorAccessDenied"));

        BackfillJob job = run(source().estimates(CountKind.ESTIMATE), faults, unpinned(), TotalsTest::nothing);

        assertThat(job.progress().listed()).isEqualTo(MESSAGES - 250);
        assertTotal(job, MESSAGES + MESSAGES / 10, CountKind.ESTIMATE);
    }

    @Test
    void lessMailThanWasCountedExactlyIsSaid() {
        BackfillJob job = run(source(), FaultScript.builder(), unpinned(), source -> {
            source.account().delete("inbox-0000001");
            source.account().delete("inbox-0000002");
        });

        assertThat(job.progress().listed()).isEqualTo(MESSAGES - 2);
        assertTotal(job, MESSAGES, CountKind.EXACT);
        assertThat(job.notes()).containsExactly(new JobNote("FEWER_THAN_ESTIMATED", "", "998 of 1000"));
    }

    @Test
    void windowsWithoutAProvidersCountAreOneNoteAndNoExactTotal() {
        BackfillJob job = run(
                source().noCounts().estimates(CountKind.ESTIMATE),
                FaultScript.builder(),
                unpinned(),
                TotalsTest::nothing);

        assertThat(job.notes()).containsExactly(new JobNote("NO_PROVIDER_COUNT", "", "4"));
        assertTotal(job, MESSAGES, CountKind.ESTIMATE);
    }

    @Test
    void anExactEstimateThatIsMetStandsInForTheCountsOfWindows() {
        BackfillJob job = run(source().noCounts(), FaultScript.builder(), unpinned(), TotalsTest::nothing);

        assertThat(job.notes()).containsExactly(new JobNote("NO_PROVIDER_COUNT", "", "4"));
        assertTotal(job, MESSAGES, CountKind.EXACT);
    }

    @Test
    void marksChangesAndWindowsThatWereCutUpNeedNoCount() {
        BackfillJob job = run(
                source(),
                FaultScript.builder().split(2, 3),
                EngineRig.request().build(),
                source -> source.account()
                        .add("inbox", "inbox-late", time.instant().minusSeconds(3_600)));

        assertThat(sink.messageIds()).contains("inbox-late");
        assertThat(job.notes()).isEmpty();
    }

    @Test
    void theNoteOfWindowsWithoutACountGoesOnWhereTheRunBeforeEnded() {
        Gate gate = Gate.shut();
        FaultScript faults = FaultScript.builder()
                .block(At.window(3, 0), gate)
                // Each time, for calls that wait too long at the gate are made again.
                .fail(At.window(3, 0), FaultScript.ALWAYS, Fault.of(Kind.AUTH))
                .build();
        ScriptedSource source = source().noCounts().faults(faults).build();
        try (EngineRig rig = rig(source)) {
            BackfillJob started = rig.start();
            rig.await(started.id(), job -> job.notes().equals(List.of(new JobNote("NO_PROVIDER_COUNT", "", "3"))));
            gate.open();
            assertThat(rig.awaitEnd(started.id()).failureCode()).isEqualTo("AUTHENTICATION");
            source.faults(FaultScript.NONE);
            rig.jobs().resume(started.id());

            BackfillJob job = rig.awaitEnd(started.id());

            assertWholeMailbox(job);
            assertThat(job.notes()).containsExactly(new JobNote("NO_PROVIDER_COUNT", "", "4"));
        }
    }

    @Test
    void aJobThatEndsAtItsBoundMustAccountForWhatItListedUpToIt() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            JobId id = new JobId("lost-three");
            AccountRef account = new AccountRef(EngineRig.USER, ScriptedSource.DEFAULT_ID, "me");
            BackfillRequest request =
                    EngineRig.request().maxEmails(333L).build().withDefaults(100, 100);
            // Three messages of an earlier run were listed, and nobody knows what became of them.
            rig.store.insert(JobRecord.queued(id, account, request, time.instant(), null).toBuilder()
                    .counts(new JobCounts(13, 10, 0, 0))
                    .build());

            BackfillJob job = rig.awaitEnd(id);

            assertThat(job.state()).isEqualTo(JobState.FAILED);
            assertThat(job.failureCode()).isEqualTo("INCOMPLETE");
        }
    }
}
