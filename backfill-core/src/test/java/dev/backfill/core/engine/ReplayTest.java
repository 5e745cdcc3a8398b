package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobFailure;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Waiting;
import dev.backfill.core.EngineConfig;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Lease;
import dev.backfill.spi.SinkException;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

/** The retry of what an earlier job failed on. */
class ReplayTest {
    // A job that ended long ago would be forgotten.
    private final Instant now = Instant.now();

    private final RecordingSink sink = new RecordingSink();

    private static ScriptedSource source(ScriptedFolder folder) {
        return ScriptedSource.builder().mailbox(folder).windowMessages(50).build();
    }

    /** Stores a job that ended with failures. */
    private JobId failedJob(EngineRig rig, String provider, List<FailureRef> refs) {
        BackfillRequest request = BackfillRequest.builder(provider, "me")
                .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                .build()
                .withDefaults(100, 100);
        AccountRef account = new AccountRef(EngineRig.USER, provider, "me");
        JobId id = new JobId("failed-job");
        JobRecord queued = JobRecord.queued(id, account, request, now, null);
        rig.store.insert(queued.toBuilder().state(JobState.RUNNING).build());
        Lease lease = rig.store.claim(id, "somebody", now, JobLimits.NONE).orElseThrow();
        List<FailureRecord> rows = new ArrayList<>();
        for (FailureRef ref : refs) {
            rows.add(new FailureRecord(
                    rows.size() + 1, ref, JobFailure.Stage.FETCH, JobFailure.Kind.RETRY, "HTTP_500", now));
        }
        rig.store.write(
                lease,
                new Checkpoint(List.of(), Map.of(), rows),
                row -> row.toBuilder()
                        .state(JobState.COMPLETED)
                        .counts(new JobCounts(rows.size(), 0, 0, rows.size()))
                        .build());
        return id;
    }

    @Test
    void aStretchIsReadPageByPageWithinTheMemoryBudget() {
        sink.holdAcks();
        EngineConfig config = EngineRig.config().memoryBudgetBytes(4L << 20).build();
        ScriptedSource big = source(ScriptedFolder.inbox(400).bodies(100_000));
        EngineRig rig = new EngineRig(big, sink, builder -> builder.config(config));
        try (rig) {
            JobId failed = failedJob(rig, ScriptedSource.DEFAULT_ID, List.of(FailureRef.stretch("inbox", null, null)));
            BackfillJob retry = rig.jobs().retryFailures(failed);
            // The room for a page is asked for, and may be waited for, before anything of it reaches the sink.
            sink.awaitHeld(1);
            rig.await(retry.id(), job -> job.waiting() != null && job.waiting().reason() == Waiting.Reason.SINK);

            // A message of 100,000 characters counts twice once encoded; one page may overdraw the budget.
            assertThat(sink.counts().delivered() + sink.counts().held()).isPositive();
            assertThat((sink.counts().delivered() + sink.counts().held()) * 200_000L)
                    .isLessThan(3 * (4L << 20));
            sink.ackAtOnce();
            sink.ackAll();

            assertThat(rig.awaitEnd(retry.id()).progress().published()).isEqualTo(400);
            assertThat(sink.distinct()).isEqualTo(400);
        }
    }

    @Test
    void aPageOfSingleMessagesEndsWhenItsBytesAreUsed() {
        sink.holdAcks();
        EngineConfig config = EngineRig.config().memoryBudgetBytes(4L << 20).build();
        ScriptedFolder folder = ScriptedFolder.inbox(400).bodies(100_000);
        EngineRig rig = new EngineRig(source(folder), sink, builder -> builder.config(config));
        try (rig) {
            List<FailureRef> refs = new ArrayList<>();
            for (int i = 0; i < 400; i++) {
                refs.add(FailureRef.message("inbox", folder.messageId(i)));
            }
            BackfillJob retry = rig.jobs().retryFailures(failedJob(rig, ScriptedSource.DEFAULT_ID, refs));
            // The room for a page is asked for, and may be waited for, before anything of it reaches the sink.
            sink.awaitHeld(1);
            rig.await(retry.id(), job -> job.waiting() != null && job.waiting().reason() == Waiting.Reason.SINK);

            assertThat((sink.counts().delivered() + sink.counts().held()) * 200_000L)
                    .isLessThan(3 * (4L << 20));
            sink.ackAtOnce();
            sink.ackAll();

            assertThat(rig.awaitEnd(retry.id()).progress().published()).isEqualTo(400);
            assertThat(sink.distinct()).isEqualTo(400);
        }
    }

    /** Seen while the sink holds what it was given, so before the end makes every total exact. */
    private void assertTotalOfARetryUnderWay(List<FailureRef> refs, long total, CountKind kind) {
        sink.holdAcks();
        try (EngineRig rig = new EngineRig(source(ScriptedFolder.inbox(200)), sink)) {
            JobId failed = failedJob(rig, ScriptedSource.DEFAULT_ID, refs);
            BackfillJob retry = rig.jobs().retryFailures(failed);
            sink.awaitHeld(1);
            BackfillJob running = rig.await(retry.id(), job -> job.progress().totalKind() != CountKind.UNKNOWN);
            assertThat(running.state()).isEqualTo(JobState.RUNNING);
            assertThat(running.progress().total()).isEqualTo(total);
            assertThat(running.progress().totalKind()).isEqualTo(kind);
            sink.ackAtOnce();
            sink.ackAll();
            rig.awaitEnd(retry.id());
        }
    }

    @Test
    void aRetryOfMessagesKnowsItsTotalFromTheStart() {
        ScriptedFolder folder = ScriptedFolder.inbox(200);
        assertTotalOfARetryUnderWay(
                List.of(
                        FailureRef.message("inbox", folder.messageId(1)),
                        FailureRef.message("inbox", folder.messageId(7)),
                        FailureRef.message("inbox", folder.messageId(9))),
                3,
                CountKind.EXACT);
    }

    @Test
    void aRetryOfAStretchOfTimeKnowsNoMoreThanAnEstimate() {
        ScriptedFolder folder = ScriptedFolder.inbox(200);
        assertTotalOfARetryUnderWay(
                List.of(
                        FailureRef.message("inbox", folder.messageId(1)),
                        FailureRef.stretch("inbox", null, folder.receivedAt(150))),
                2,
                CountKind.ESTIMATE);
    }

    @Test
    void singleMessagesAndStretchesMixAndWhatIsNamedTwiceComesOnceAWalk() {
        ScriptedFolder folder = ScriptedFolder.inbox(200);
        try (EngineRig rig = new EngineRig(source(folder), sink)) {
            FailureRef older = FailureRef.stretch("inbox", null, folder.receivedAt(100));
            JobId failed = failedJob(
                    rig,
                    ScriptedSource.DEFAULT_ID,
                    List.of(
                            FailureRef.message("inbox", folder.messageId(150)),
                            older,
                            FailureRef.message("inbox", folder.messageId(160)),
                            older));

            BackfillJob retry = rig.awaitEnd(rig.jobs().retryFailures(failed).id());

            assertThat(retry.state()).isEqualTo(JobState.COMPLETED);
            assertThat(retry.progress().published()).isEqualTo(102);
            assertThat(sink.messageIds()).hasSize(102).doesNotHaveDuplicates();
        }
    }

    @Test
    void twoFailuresOfOneMessageAreAWholeTotalOfOne() {
        ScriptedFolder folder = ScriptedFolder.inbox(200);
        try (EngineRig rig = new EngineRig(source(folder), sink)) {
            FailureRef ref = FailureRef.message("inbox", folder.messageId(150));
            JobId failed = failedJob(rig, ScriptedSource.DEFAULT_ID, List.of(ref, ref));

            BackfillJob retry = rig.awaitEnd(rig.jobs().retryFailures(failed).id());

            assertThat(retry.state()).isEqualTo(JobState.COMPLETED);
            assertThat(retry.progress().total()).isEqualTo(1);
            assertThat(retry.progress().totalKind()).isEqualTo(CountKind.EXACT);
            assertThat(retry.notes()).isEmpty();
        }
    }

    @Test
    void aReplayThatLeavesAMessageOutFailsTheJob() {
        ScriptedFolder folder = ScriptedFolder.inbox(200);
        WrappedSource forgetful = new WrappedSource(source(folder), (method, arguments, real) -> {
            if (method.equals("replay")) {
                List<?> refs = (List<?>) arguments[1];
                arguments[1] = refs.subList(1, refs.size());
            }
            return real.call(arguments);
        });
        EngineRig rig = new EngineRig(source(folder), sink, builder -> builder.source(forgetful));
        try (rig) {
            JobId failed = failedJob(
                    rig,
                    WrappedSource.ID,
                    List.of(
                            FailureRef.message("inbox", folder.messageId(1)),
                            FailureRef.message("inbox", folder.messageId(2))));

            BackfillJob retry = rig.awaitEnd(rig.jobs().retryFailures(failed).id());

            assertThat(retry.state()).isEqualTo(JobState.FAILED);
            assertThat(retry.failureCode()).isEqualTo("ACCOUNTING");
        }
    }

    @Test
    void aJobIsNotForgottenWhileItsFailuresAreBeingTriedAgain() {
        ScriptedFolder folder = ScriptedFolder.inbox(200);
        AtomicReference<EngineRig> engine = new AtomicReference<>();
        WrappedSource late = new WrappedSource(source(folder), (method, arguments, real) -> {
            Object answer = real.call(arguments);
            if (method.equals("replay")) {
                engine.get().store.forget(now.plusSeconds(1_000), 0, 1);
            }
            return answer;
        });
        EngineRig rig = new EngineRig(source(folder), sink, builder -> builder.source(late));
        engine.set(rig);
        try (rig) {
            List<FailureRef> refs = new ArrayList<>();
            for (int i = 0; i < 150; i++) {
                refs.add(FailureRef.message("inbox", folder.messageId(i)));
            }
            JobId failed = failedJob(rig, WrappedSource.ID, refs);

            BackfillJob retry = rig.awaitEnd(rig.jobs().retryFailures(failed).id());

            assertThat(retry.state()).isEqualTo(JobState.COMPLETED);
            assertThat(retry.progress().published()).isEqualTo(150);
        }
    }

    @Test
    void aMessageThatFailsInARetryTooIsRetriedFromItsOwnFolder() {
        ScriptedFolder folder = ScriptedFolder.inbox(200);
        sink.failNumber(1, RecordingSink.error(SinkException.Kind.PERMANENT, "REFUSED"));
        try (EngineRig rig = new EngineRig(source(folder), sink)) {
            JobId failed = failedJob(
                    rig, ScriptedSource.DEFAULT_ID, List.of(FailureRef.message("inbox", folder.messageId(1))));
            BackfillJob retry = rig.awaitEnd(rig.jobs().retryFailures(failed).id());
            assertThat(retry.progress().failed()).isEqualTo(1);

            BackfillJob again =
                    rig.awaitEnd(rig.jobs().retryFailures(retry.id()).id());

            assertThat(again.state()).isEqualTo(JobState.COMPLETED);
            assertThat(again.progress().published()).isEqualTo(1);
        }
    }
}
