package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobFailure;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.PageRequest;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.SourceLog;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** Runs that read what changed since the last one, and what they do where that cannot be had. */
class IncrementalTest extends RunsAfterRuns {
    IncrementalTest() {
        super(twoFolders());
    }

    @Test
    void onlyWhatChangedSinceTheLastRunIsRead() {
        full();
        int before = sink.messageIds().size();
        source.account().add("inbox", "new-1", LATER);
        source.account().delete(first());

        BackfillJob second = completed(incremental());

        assertThat(newIds(before)).containsExactlyInAnyOrder("new-1", first());
        assertThat(second.notes()).isEmpty();
        assertThat(second.deletionsUnknownSince()).isNull();
    }

    private String first() {
        return sink.messageIds().get(0);
    }

    @Test
    void eachRunBeginsWhereTheOneBeforeEnded() {
        full();
        int before = sink.messageIds().size();
        source.account().add("inbox", "new-1", LATER);
        completed(incremental());
        source.account().add("inbox", "new-2", LATER);
        completed(incremental());
        BackfillJob nothing = completed(incremental());

        assertThat(newIds(before)).containsExactly("new-1", "new-2");
        assertThat(nothing.progress().published()).isZero();
    }

    @Test
    void mailThatCameAfterTheFrozenEndIsNotLostBetweenTwoRuns() {
        full();
        int before = sink.messageIds().size();
        source.account().add("inbox", "far-future", Instant.now().plusSeconds(86_400));
        completed(incremental());

        assertThat(newIds(before)).containsExactly("far-future");
    }

    @Test
    void withoutAnEarlierRunEverythingIsReadAndTheResultSaysSo() {
        BackfillJob job = completed(incremental());

        assertThat(sink.distinct()).isEqualTo(MESSAGES + 5);
        assertThat(job.notes()).containsExactly(new JobNote("READ_WHOLE", "", "NO_BASELINE"));
        assertThat(job.deletionsUnknownSince()).isNull();
        int before = sink.messageIds().size();
        completed(incremental());
        assertThat(newIds(before)).isEmpty();
    }

    @Test
    void aRunOverOtherFoldersIsNoBaseline() {
        completed(EngineRig.request().folders(List.of("sent")));
        BackfillJob job = completed(incremental());

        assertThat(job.notes()).extracting(JobNote::detail).containsExactly("NO_BASELINE");
        assertThat(sink.distinct()).isEqualTo(MESSAGES + 5);
    }

    /** What lies between its end and its marks nobody read, and no change would tell of it. */
    @Test
    void aRunOverAShorterTimeIsNoBaseline() {
        completed(EngineRig.request().to(ScriptedFolder.DEFAULT_OLDEST.plusSeconds(1)));
        BackfillJob job = completed(incremental());

        assertThat(job.notes()).extracting(JobNote::detail).containsExactly("NO_BASELINE");
        assertThat(sink.distinct()).isEqualTo(MESSAGES + 5);
    }

    /** Nobody would read the changes since the first one's marks any more. */
    @Test
    void whereEverythingIsReadAnewWhatChangedSinceTheLastWholeRunIsToldToo() {
        sink.keepPayloads();
        BackfillJob first = full();
        List<String> ids = source.account().ids(ANY);
        source.account().delete(ids.get(1));
        source.account().update(ids.get(2));
        source.account().add("inbox", "new", LATER);
        completed(EngineRig.request().pin(false));
        assertThat(completed(EngineRig.request().maxEmails(3L)).deletionsUnknownSince())
                .isEqualTo(first.startedAt());
        assertThat(told(MESSAGES + 5))
                .as("the marks before stay for the next run that takes some")
                .containsOnly("create");
        int before = sink.payloads().size();

        BackfillJob anew = full();

        assertThat(told(before)).contains("delete", "update");
        assertThat(newIds(before))
                .contains(ids.get(1))
                .containsAll(source.account().ids(ANY));
        assertThat(anew.deletionsUnknownSince()).isNull();
        assertThat(anew.notes()).isEmpty();
        int after = sink.payloads().size();
        completed(incremental());
        assertThat(newIds(after)).isEmpty();
    }

    /** What a window gives before them may be gone by the time they are read, and then no change tells of it. */
    @Test
    void windowsWaitForTheChangesOfTheirScope() {
        full();
        int before = source.log().fetches().size();
        Gate gate = Gate.shut();
        source.faults(FaultScript.builder().block(At.changes("inbox", 0), gate).build());
        JobId anew = rig.start().id();
        gate.awaitEntered(1);
        rig.await(anew, job -> job.progress().listed() == 5);
        assertThat(source.log().fetches().stream().skip(before))
                .extracting(SourceLog.Fetch::partition)
                .filteredOn(one -> one.scope().equals("inbox"))
                .extracting(Partition::kind)
                .containsOnly(Partition.Kind.CHANGES);
        gate.open();

        assertThat(rig.awaitEnd(anew).progress().listed()).isEqualTo(MESSAGES + 5);
    }

    /** Its windows would read what failed as a create, whose key the readers know. */
    @Test
    void whereEverythingIsReadAnewWhatFailedAsAChangeIsReadAgainAsOne() {
        sink.keepPayloads();
        full();
        List<String> ids = source.account().ids(ANY);
        source.account().update(ids.get(3));
        source.account().delete(ids.get(4));
        for (String id : List.of(ids.get(3), ids.get(4))) {
            sink.failMessage(id, 1, RecordingSink.error(SinkException.Kind.PERMANENT, "REFUSED"));
        }
        assertThat(completed(incremental()).progress().failed()).isEqualTo(2);
        int before = sink.payloads().size();

        BackfillJob anew = full();

        assertThat(told(before)).contains("update", "delete");
        assertThat(anew.progress().failed()).isZero();
        assertThat(anew.progress().listed()).isEqualTo(MESSAGES + 5 - 1 + 2);
    }

    private List<String> told(int from) {
        return sink.payloads().subList(from, sink.payloads().size()).stream()
                .map(message -> message.attributes().get("operation"))
                .toList();
    }

    @Test
    void aRunThatTookNoMarksIsNoBaseline() {
        completed(EngineRig.request().pin(false));
        assertThat(completed(incremental()).notes()).extracting(JobNote::detail).containsExactly("NO_BASELINE");
        completed(EngineRig.request().pin(false));
        assertThat(completed(incremental()).notes()).isEmpty();
    }

    @Test
    void marksThatTheProviderForgotMeanThatTheirScopeIsReadWhole() {
        BackfillJob first = full();
        source.account().add("inbox", "new-1", LATER);
        source.account().forgetChanges();
        int before = sink.messageIds().size();

        BackfillJob second = completed(incremental());

        assertThat(second.notes())
                .containsExactlyInAnyOrder(
                        new JobNote("READ_WHOLE", "inbox", "MARK_LOST"),
                        new JobNote("READ_WHOLE", "sent", "MARK_LOST"));
        assertThat(second.deletionsUnknownSince()).isEqualTo(first.startedAt());
        assertThat(newIds(before)).contains("new-1").hasSize(MESSAGES + 6);
        int after = sink.messageIds().size();
        assertThat(completed(incremental()).deletionsUnknownSince()).isNull();
        assertThat(newIds(after)).isEmpty();
    }

    @Test
    void whatTheLastRunFailedOnIsTriedAgain() {
        String bad = source.account().ids(ANY).get(7);
        source.faults(FaultScript.builder()
                .failMessage(bad, FaultScript.ALWAYS, SourceException.Kind.SKIP_MESSAGE, "BROKEN")
                .build());
        assertThat(full().progress().failed()).isEqualTo(1);
        assertThat(completed(incremental()).progress().failed()).isEqualTo(1);
        source.faults(FaultScript.NONE);

        BackfillJob third = completed(incremental());

        assertThat(third.progress().failed()).isZero();
        assertThat(sink.messageIds()).contains(bad);
        assertThat(completed(incremental()).progress().listed()).isZero();
    }

    /** As a create the change would have the key of the first one, which its readers know, and nobody would tell of the deletion. */
    @Test
    void whatFailedAsAChangeIsTriedAgainAsOne() {
        sink.keepPayloads();
        full();
        List<String> ids = source.account().ids(ANY);
        String changed = ids.get(3);
        String deleted = ids.get(4);
        String unread = ids.get(5);
        String goneUnread = ids.get(6);
        List.of(changed, unread, goneUnread).forEach(source.account()::update);
        source.account().delete(deleted);
        for (String id : List.of(changed, deleted)) {
            sink.failMessage(id, 2, RecordingSink.error(SinkException.Kind.PERMANENT, "REFUSED"));
        }
        source.faults(FaultScript.builder()
                .failMessage(unread, 1, SourceException.Kind.SKIP_MESSAGE, "BROKEN")
                .failMessage(goneUnread, 1, SourceException.Kind.SKIP_MESSAGE, "BROKEN")
                .build());
        BackfillJob failed = completed(incremental());
        assertThat(failed.progress().failed()).isEqualTo(4);
        assertThat(rig.jobs().failures(failed.id(), PageRequest.first(10)).items())
                .extracting(JobFailure::scope)
                .containsOnly("inbox");
        source.account().delete(goneUnread);
        assertThat(completed(incremental()).progress().failed())
                .as("twice refused")
                .isEqualTo(2);
        completed(incremental());

        Map<String, String> told = new HashMap<>();
        for (OutboundMessage message :
                sink.payloads().subList(ids.size(), sink.payloads().size())) {
            told.merge(
                    message.attributes().get("message_id"),
                    message.attributes().get("operation"),
                    (before, now) -> before.equals(now) ? now : before + " " + now);
        }
        assertThat(told)
                .isEqualTo(Map.of(changed, "update", deleted, "delete", unread, "update", goneUnread, "delete"));
    }
}
