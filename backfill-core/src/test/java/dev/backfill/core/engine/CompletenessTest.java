package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobState;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Complete means complete: what a job lists and counts, however it is read. */
class CompletenessTest extends ScriptedRuns {
    @Test
    void messagesTheListLeftOutAreFoundByWalkingAgain() {
        FaultScript faults = FaultScript.builder().hide(1, 7, 1).build();
        try (EngineRig rig = rig(faults)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
        }
    }

    @Test
    void aCountThatStaysShortNeverCompletes() {
        FaultScript faults =
                FaultScript.builder().miscount(1, 3, FaultScript.ALWAYS).build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.state()).isEqualTo(JobState.FAILED);
            assertThat(job.failureCode()).isEqualTo("INCOMPLETE");
            assertThat(job.failureMessage()).contains("inbox");
            assertThat(sink.duplicates()).isZero();
        }
    }

    @Test
    void aJobThatFailsRightAfterItIsResumedKeepsItsCheckpoint() {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(2, 1), 2, Fault.of(Kind.AUTH))
                .build();
        ScriptedSource source = source().faults(faults).build();
        try (EngineRig rig = rig(source)) {
            BackfillJob failed = rig.run(EngineRig.request().build());
            assertThat(failed.failureCode()).isEqualTo("AUTHENTICATION");
            long published = failed.progress().published();
            source.faults(FaultScript.builder()
                    .failOperation(ScriptedSource.LIST, 8, Fault.of(Kind.AUTH))
                    .build());
            rig.jobs().resume(failed.id());
            BackfillJob again = rig.awaitEnd(failed.id());
            assertThat(again.failureCode()).isEqualTo("AUTHENTICATION");
            assertThat(again.progress().published()).isEqualTo(published);
            source.faults(FaultScript.NONE);

            rig.jobs().resume(failed.id());

            assertWholeMailbox(rig.awaitEnd(failed.id()));
            assertThat(sink.duplicates()).isLessThanOrEqualTo(100);
        }
    }

    /** A job whose token was refused in the middle, resumed with other faults. */
    private static BackfillJob resumed(
            EngineRig rig, ScriptedSource source, @Nullable Long bound, FaultScript.Builder faults) {
        BackfillJob failed = rig.run(EngineRig.request().maxEmails(bound).build());
        assertThat(failed.failureCode()).isEqualTo("AUTHENTICATION");
        source.faults(faults.build());
        rig.jobs().resume(failed.id());
        return rig.awaitEnd(failed.id());
    }

    private static ScriptedSource refusedAfterAPage(int window) {
        return source().faults(FaultScript.builder()
                        .fail(At.window(window, 1), 2, Fault.of(Kind.AUTH))
                        .build())
                .build();
    }

    /** What an earlier life took of the bound is not taken again by those who read it again. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void theBoundOfMessagesIsReachedThoughAWindowBeginsAgain(boolean cut) {
        ScriptedSource source = refusedAfterAPage(0);
        FaultScript.Builder faults = FaultScript.builder().fail(At.window(0, -1), 1, Fault.of(Kind.RESTART_PARTITION));
        try (EngineRig rig = rig(source)) {
            BackfillJob job = resumed(rig, source, 900L, cut ? faults.split(0, 3) : faults);

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.limited()).isTrue();
            assertThat(job.progress().published()).isEqualTo(900);
            assertThat(sink.distinct()).isEqualTo(900);
            assertThat(sink.duplicates()).isPositive();
        }
    }

    @Test
    void aWindowWhosePositionDiesAfterEachPageIsReadToItsEnd() {
        FaultScript.Builder faults = FaultScript.builder();
        for (int page = 1; page < 10; page++) {
            faults.fail(At.window(2, page), 1, Fault.of(Kind.RESTART_PARTITION));
        }
        try (EngineRig rig = rig(source().faults(faults.build()).build())) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().batchSize(25).build()));
        }
    }

    @Test
    void aWindowWhosePositionDiesWithoutEndEndsTheJob() {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(2, 1), FaultScript.ALWAYS, Fault.of(Kind.RESTART_PARTITION))
                .build();
        try (EngineRig rig = rig(faults)) {
            assertThat(rig.run(EngineRig.request().build()).state()).isEqualTo(JobState.FAILED);
        }
    }

    /** What the earlier walk counted of it, the parts count again. */
    @Test
    void aPartitionThatIsCutWhenItBeginsAgainIsCountedByItsParts() {
        ScriptedSource source = failingInTheMiddle();
        try (EngineRig rig = rig(source)) {
            BackfillJob failed = rig.run(EngineRig.request().build());
            source.faults(FaultScript.builder()
                    .fail(At.window(2, -1), 2, Fault.of(Kind.RESTART_PARTITION))
                    .split(2, 3)
                    .build());
            rig.jobs().resume(failed.id());

            assertWholeMailbox(rig.awaitEnd(failed.id()));
        }
    }

    /** A source that refuses the second page of a window, of which the first is acknowledged by then. */
    private static ScriptedSource failingInTheMiddle() {
        FaultScript faults = FaultScript.builder()
                .fail(At.window(2, 1), 2, Fault.of(Kind.AUTH))
                .build();
        return source().faults(faults).build();
    }

    @Test
    void anIncompleteJobThatIsResumedIsWalkedFromItsBeginning() {
        FaultScript faults = FaultScript.builder().miscount(1, 3, 4).build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());
            assertThat(job.failureCode()).isEqualTo("INCOMPLETE");

            rig.jobs().resume(job.id());

            BackfillJob end = rig.awaitEnd(job.id());
            assertWholeMailbox(end);
        }
    }

    @Test
    void aCountThatStaysShortFailsEveryTimeItIsResumed() {
        FaultScript faults =
                FaultScript.builder().miscount(1, 3, FaultScript.ALWAYS).build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());
            for (int i = 0; i < 2; i++) {
                rig.jobs().resume(job.id());
                job = rig.awaitEnd(job.id());
                assertThat(job.failureCode()).isEqualTo("INCOMPLETE");
                assertThat(job.progress().listed()).isEqualTo(MESSAGES);
            }
        }
    }

    @Test
    void aCountThatMovesIsWaitedForSinceTheMailboxIsWhatChanges() {
        FaultScript faults = FaultScript.builder().miscount(1, 3, 9, 1).build();
        try (EngineRig rig = rig(faults)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
        }
    }

    /** In a mailbox where mail comes and goes all the time the numbers are the same by chance. */
    @Test
    void walksThatFallShortByTheSameNumberOfOtherMessagesAreNotAlike() {
        FaultScript faults = FaultScript.builder().hideAnother(1, 9).build();
        try (EngineRig rig = rig(faults)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
        }
    }

    @Test
    void aCountThatMovesForEverFailsTheJobInTheEnd() {
        FaultScript faults =
                FaultScript.builder().miscount(1, 3, FaultScript.ALWAYS, 1).build();
        try (EngineRig rig = rig(faults)) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.failureCode()).isEqualTo("INCOMPLETE");
            assertThat(job.failureMessage()).contains("was walked 15 times");
        }
    }

    @Test
    void repeatedEntriesAndSplitWindowsAreCountedOnce() {
        FaultScript faults =
                FaultScript.builder().repeat(At.window(0, 1), 5).split(2, 3).build();
        try (EngineRig rig = rig(faults)) {
            assertWholeMailboxOnce(rig.run(EngineRig.request().build()));
        }
    }

    @Test
    void whatChangesBehindTheCrawlIsDrainedBeforeTheEnd() {
        Gate gate = Gate.shut();
        ScriptedSource source = source().faults(
                        FaultScript.builder().block(At.window(3, 1), gate).build())
                .build();
        try (EngineRig rig = rig(source)) {
            BackfillJob started = rig.start();
            gate.awaitEntered(1);
            // The newest window is published whole, so that what changes in it is behind the walk.
            rig.await(started.id(), now -> now.progress().published() >= 850);
            source.account().add("inbox", "inbox-late", time.instant().minusSeconds(3_600));
            source.account().delete("inbox-0000999");
            gate.open();

            BackfillJob job = rig.awaitEnd(started.id());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.messageIds()).contains("inbox-late");
            assertThat(sink.payloads()).isEmpty();
        }
    }

    /** A named end that is still to come bounds what changes as a past one does, and what comes before it is not lost. */
    @Test
    void mailThatComesBeforeANamedEndToComeIsReadAndMailBehindItIsNot() {
        Gate gate = Gate.shut();
        ScriptedSource source = source().faults(
                        FaultScript.builder().block(At.window(3, 1), gate).build())
                .build();
        try (EngineRig rig = rig(source)) {
            Instant end = time.instant().plus(Duration.ofDays(30));
            BackfillJob started = rig.jobs().start(EngineRig.request().to(end).build());
            gate.awaitEntered(1);
            source.account().add("inbox", "inbox-before", end.minusSeconds(1));
            source.account().add("inbox", "inbox-behind", end);
            gate.open();

            BackfillJob job = rig.awaitEnd(started.id());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.messageIds()).contains("inbox-before").doesNotContain("inbox-behind");
        }
    }

    @Test
    void theBoundOfMessagesIsKeptExactlyAndSaid() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            BackfillJob job = rig.run(EngineRig.request().maxEmails(333L).build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.limited()).isTrue();
            assertThat(sink.distinct()).isEqualTo(333);
            assertThat(job.progress().listed()).isEqualTo(333);
        }
    }

    @Test
    void aBoundThatTheMailboxJustMeetsIsNoLimit() {
        try (EngineRig rig = rig(FaultScript.NONE)) {
            BackfillJob job = rig.run(
                    EngineRig.request().maxEmails((long) MESSAGES).pin(false).build());

            assertThat(job.limited()).isFalse();
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
        }
    }

    @Test
    void aBoundThatAPauseComesBetweenIsKeptAllTheSame() {
        Gate gate = Gate.shut();
        ScriptedSource source = source().faults(
                        FaultScript.builder().block(At.window(3, 0), gate).build())
                .build();
        try (EngineRig rig = rig(source)) {
            BackfillJob started =
                    rig.jobs().start(EngineRig.request().maxEmails(333L).build());
            gate.awaitEntered(1);
            // By now a page of another window is cut, and counts for nothing until the job ends at its bound.
            sink.awaitDelivered(333);
            rig.jobs().pause(started.id());
            rig.awaitState(started.id(), JobState.PAUSED);
            gate.open();

            rig.jobs().resume(started.id());

            BackfillJob job = rig.awaitEnd(started.id());
            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.limited()).isTrue();
            assertThat(job.progress().listed()).isEqualTo(333);
            assertThat(job.progress().published()).isEqualTo(333);
            assertThat(sink.distinct()).isGreaterThanOrEqualTo(333);
        }
    }
}
