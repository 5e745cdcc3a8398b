package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Quota;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Instant;
import org.junit.jupiter.api.Test;

/** Incremental runs after one that ended early: what that one told is not forgotten. */
class ContinuedRunTest extends RunsAfterRuns {
    ContinuedRunTest() {
        // The scopes one after the other: the inbox is told once the other fails.
        super(twoFolders().quotas(Quota.concurrent("one", 1)));
    }

    /** Runs one that reads a scope's changes and fails at another's. */
    private BackfillJob failedAt(At place) {
        source.faults(FaultScript.builder()
                .fail(place, FaultScript.ALWAYS, Fault.of(SourceException.Kind.FAIL_JOB))
                .build());
        BackfillJob failed = rig.run(incremental().batchSize(5).build());
        source.faults(FaultScript.NONE);
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        return failed;
    }

    @Test
    void aRunGoesOnWhereTheOneBeforeFailedAndHearsOfWhatHappenedSince() {
        full();
        source.account().add("inbox", "told-1", LATER);
        source.account().add("sent", "untold-1", LATER);
        BackfillJob failed = failedAt(At.changes("sent", 0));
        rig.awaitEnd(failed.id());
        int before = sink.messageIds().size();
        source.account().add("sent", "since-1", LATER);
        source.account().add("inbox", "since-2", LATER);

        BackfillJob next = completed(incremental());

        assertThat(newIds(before)).contains("untold-1", "since-1", "since-2").doesNotHaveDuplicates();
        assertThat(sink.messageIds().stream().filter("told-1"::equals)).hasSize(1);
        assertThat(next.notes())
                .containsExactly(new JobNote("CONTINUES", "", failed.id().value()));
        assertThat(next.deletionsUnknownSince()).isNull();
        int after = sink.messageIds().size();
        assertThat(completed(incremental()).notes()).isEmpty();
        assertThat(newIds(after)).isEmpty();
    }

    /** A mark from before the message was made may never tell that it is gone. */
    @Test
    void whatARunToldBeforeItFailedAndWhatIsGoneSinceIsToldAsGone() {
        full();
        source.account().add("inbox", "short-lived", LATER);
        failedAt(At.changes("sent", 0));
        assertThat(sink.messageIds()).contains("short-lived");
        int before = sink.messageIds().size();
        source.account().delete("short-lived");

        completed(incremental());

        assertThat(newIds(before)).containsExactly("short-lived");
    }

    @Test
    void aRunThatWasCutInTheMiddleOfChangesIsContinuedThere() {
        full();
        for (int i = 0; i < 20; i++) {
            source.account().add("inbox", "new-" + i, LATER);
        }
        failedAt(At.changes("inbox", 2));
        int told = sink.messageIds().size();
        assertThat(told).isEqualTo(MESSAGES + 5 + 10);

        completed(incremental());

        assertThat(sink.messageIds()).hasSize(MESSAGES + 5 + 20).doesNotHaveDuplicates();
    }

    /** Of three that fail one after the other none is forgotten; the restart must not forget that there is more to hear of either. */
    @Test
    void severalRunsThatFailAreContinuedByTheNextAcrossARestart() {
        full();
        source.account().add("inbox", "told-1", LATER);
        failedAt(At.changes("sent", 0));
        source.account().add("inbox", "told-2", LATER);
        failedAt(At.changes("sent", 0));
        rig.restart();
        source.account().delete("told-1");

        completed(incremental());

        assertThat(sink.messageIds().stream().filter("told-1"::equals)).hasSize(2);
        assertThat(sink.messageIds().stream().filter("told-2"::equals)).hasSize(1);
    }

    @Test
    void whatAFailedRunCouldNotReadIsTriedAgain() {
        full();
        String bad = source.account().ids(ANY).get(3);
        source.account().update(bad);
        source.account().add("inbox", "other", LATER);
        source.faults(FaultScript.builder()
                .failMessage(bad, FaultScript.ALWAYS, "BROKEN")
                .fail(At.changes("sent", 0), FaultScript.ALWAYS, Fault.of(SourceException.Kind.FAIL_JOB))
                .build());
        BackfillJob failed = rig.run(incremental().build());
        assertThat(failed.state()).isEqualTo(JobState.FAILED);
        source.faults(FaultScript.NONE);
        int before = sink.messageIds().size();

        completed(incremental());

        assertThat(newIds(before)).contains(bad);
    }

    /** That it was to hear of what happened since is known to its next life too. */
    @Test
    void aRunThatGoesOnIsInterruptedAndStillHearsOfWhatHappenedSince() {
        full();
        source.account().add("inbox", "told-1", LATER);
        failedAt(At.changes("sent", 0));
        source.account().add("inbox", "since", LATER);
        BackfillJob interrupted = failedAt(At.changes("sent", 0));
        rig.restart();
        rig.jobs().resume(interrupted.id());

        assertThat(rig.awaitEnd(interrupted.id()).state()).isEqualTo(JobState.COMPLETED);
        assertThat(sink.messageIds()).contains("since");
    }

    /** Its first part was read, as the request's other half is: nothing is read twice but windows that were not at their end. */
    @Test
    void aFirstRunThatFailedOnItsWayThroughEverythingIsContinuedAsOneThatReadsEverything() {
        BackfillJob failed = failedAt(At.window(1, 0));
        source.account().add("inbox", "since", Instant.now());

        BackfillJob next = completed(incremental());

        assertThat(next.notes())
                .containsExactlyInAnyOrder(
                        new JobNote("CONTINUES", "", failed.id().value()),
                        new JobNote("READ_WHOLE", "", "NO_BASELINE"));
        assertThat(sink.distinct()).isEqualTo(MESSAGES + 5 + 1);
        int after = sink.messageIds().size();
        assertThat(completed(incremental()).notes()).isEmpty();
        assertThat(newIds(after)).isEmpty();
    }

    @Test
    void aRunThatWasWholeSinceStandsInForTheOneThatFailed() {
        full();
        source.account().add("inbox", "told-1", LATER);
        failedAt(At.changes("sent", 0));
        full();
        int before = sink.messageIds().size();

        assertThat(completed(incremental()).notes()).isEmpty();
        assertThat(newIds(before)).isEmpty();
    }

    @Test
    void aRunOfAnotherRangeIsNotContinued() {
        full();
        failedAt(At.changes("sent", 0));

        assertThat(completed(incremental().from(LATER)).notes()).isEmpty();
    }

    @Test
    void aRunThatEndedAtItsBoundIsContinued() {
        full();
        for (int i = 0; i < 20; i++) {
            source.account().add("inbox", "new-" + i, LATER);
        }
        BackfillJob bounded = completed(incremental().batchSize(5).maxEmails(10L));
        assertThat(bounded.progress().published()).isEqualTo(10);

        BackfillJob next = completed(incremental());

        assertThat(next.notes()).extracting(JobNote::code).containsExactly("CONTINUES");
        assertThat(sink.messageIds()).hasSize(MESSAGES + 5 + 20).doesNotHaveDuplicates();
    }

    /** As one that reads everything it would not hear of what the first one told and what is gone since. */
    @Test
    void aFirstRunOfEverythingThatEndedEarlyIsContinued() {
        BackfillJob bounded = completed(EngineRig.request().batchSize(5).maxEmails(10L));
        String gone = sink.messageIds().get(0);
        source.account().delete(gone);

        BackfillJob next = completed(incremental());

        assertThat(next.notes())
                .containsExactly(new JobNote("CONTINUES", "", bounded.id().value()));
        assertThat(sink.distinct()).as("keys, one of the deletion").isEqualTo(MESSAGES + 5 + 1);
        assertThat(sink.messageIds().stream().filter(gone::equals))
                .as("as new and as gone")
                .hasSize(2);
    }

    @Test
    void aRunOfEverythingThatEndedEarlyIsNotContinuedWhereOneBeforeItWasWhole() {
        full();
        completed(EngineRig.request().batchSize(5).maxEmails(10L));
        int before = sink.messageIds().size();

        assertThat(completed(incremental()).notes()).isEmpty();
        assertThat(newIds(before)).isEmpty();
    }

    /** Nothing would tell what came after its end. */
    @Test
    void withoutListsOfChangesNothingIsContinuedAndAllIsReadAnew() {
        ScriptedSource plain = ScriptedSource.builder()
                .mailbox(ScriptedFolder.of("inbox", FolderRole.INBOX, MESSAGES))
                .noChanges()
                .build();
        RecordingSink heard = new RecordingSink();
        try (EngineRig other = new EngineRig(plain, heard)) {
            other.run(EngineRig.request().batchSize(5).maxEmails(10L).build());
            plain.account().add("inbox", "new-1", LATER);
            BackfillJob second = other.run(incremental().maxEmails(10L).build());
            assertThat(second.notes()).extracting(JobNote::detail).containsExactly("NO_BASELINE");
            other.run(EngineRig.request().build());
            plain.account().add("inbox", "new-2", LATER);

            BackfillJob last = other.run(incremental().build());

            assertThat(last.notes()).extracting(JobNote::detail).containsExactly("NO_BASELINE");
            assertThat(heard.messageIds()).contains("new-1", "new-2");
        }
    }

    /** What stands behind the marks of the one that was broken off is told, though the next reads everything. */
    @Test
    void aRunOfEverythingKnowsHowFarAnIncrementalOneGot() {
        BackfillJob first = full();
        source.account().add("inbox", "short-lived", LATER);
        failedAt(At.changes("sent", 0));
        source.account().delete("short-lived");
        source.account().add("sent", "since", LATER);
        int before = sink.messageIds().size();

        BackfillJob anew = full();

        assertThat(anew.notes()).isEmpty();
        assertThat(anew.deletionsUnknownSince())
                .as("of the sent mail it left the changes open")
                .isEqualTo(first.startedAt());
        assertThat(newIds(before))
                .contains("short-lived", "since")
                .containsAll(source.account().ids(ANY));
        int after = sink.messageIds().size();
        assertThat(completed(incremental()).notes()).isEmpty();
        assertThat(newIds(after)).isEmpty();
    }

    /** The second of the broken-off ones did not come to what the first one had failed on, and has no failure row of it. */
    @Test
    void aRunOfEverythingReadsAgainWhatEachOfTheBrokenOffOnesFailedOnAsAChange() {
        sink.keepPayloads();
        full();
        String bad = source.account().ids(ANY).get(3);
        source.account().update(bad);
        source.faults(FaultScript.builder()
                .failMessage(bad, FaultScript.ALWAYS, "BROKEN")
                .fail(At.changes("sent", 0), FaultScript.ALWAYS, Fault.of(SourceException.Kind.FAIL_JOB))
                .build());
        assertThat(rig.run(incremental().build()).progress().failed()).isEqualTo(1);
        BackfillJob second = failedAt(At.changes("sent", 0));
        assertThat(second.notes()).extracting(JobNote::code).containsExactly("CONTINUES");
        assertThat(second.progress().listed()).isZero();
        int before = sink.payloads().size();

        full();

        assertThat(sink.payloads().subList(before, sink.payloads().size()))
                .filteredOn(message -> bad.equals(message.attributes().get("message_id")))
                .extracting(message -> message.attributes().get("operation"))
                .contains("update");
    }

    /** On another instance, or after a crash, it knows what it knew when it planned. */
    @Test
    void aProviderHearsFromWhereEachScopeIsReadWhenItsJobGoesOn() {
        full();
        source.account().add("inbox", "told", LATER);
        BackfillJob failed = failedAt(At.changes("sent", 0));
        assertThat(source.log().resumed()).isEmpty();

        rig.jobs().resume(failed.id());
        rig.awaitEnd(failed.id());

        assertThat(source.log().resumed())
                .singleElement()
                .satisfies(pins -> assertThat(pins)
                        .containsOnlyKeys("inbox", "sent")
                        .as("what was read has a mark of its own")
                        .doesNotContainEntry("inbox", String.valueOf(pins.get("sent"))));
    }

    @Test
    void aProviderHearsFromWhereEachScopeIsReadWhenAnotherJobsPlanIsWalked() {
        full();
        source.account().add("inbox", "told", LATER);
        failedAt(At.changes("sent", 0));

        completed(incremental());

        assertThat(source.log().resumed())
                .singleElement()
                .satisfies(pins -> assertThat(pins).containsOnlyKeys("inbox", "sent"));
    }

    /** All that is left to do is to hear what happened since: that is known before the run is stored for the first time. */
    @Test
    void aRunThatWasCancelledWithNothingLeftToReadIsContinuedToo() {
        full();
        source.account().add("inbox", "told", LATER);
        source.account().add("sent", "told too", LATER);
        sink.holdAcks();
        JobId cancelled = rig.jobs().start(incremental().build()).id();
        sink.awaitHeld(1);
        sink.ackAll();
        sink.awaitHeld(1);
        rig.jobs().cancel(cancelled);
        sink.ackAtOnce();
        assertThat(rig.awaitEnd(cancelled).state()).isEqualTo(JobState.CANCELLED);
        assertThat(rig.store.partitions(cancelled)).as("left").allMatch(PartitionRecord::done);
        source.account().delete("told");
        int before = sink.messageIds().size();

        completed(incremental());

        assertThat(newIds(before)).containsExactly("told");
    }
}
