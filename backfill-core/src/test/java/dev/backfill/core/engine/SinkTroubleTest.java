package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobFailure;
import dev.backfill.api.JobState;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Waiting;
import dev.backfill.core.EngineConfig;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkLimits;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

class SinkTroubleTest {
    private static final int MESSAGES = 2_000;

    private final ScriptedSource source = ScriptedSource.builder()
            .mailbox(ScriptedFolder.inbox(MESSAGES))
            .windowMessages(500)
            .build();
    private final RecordingSink sink = new RecordingSink();

    private EngineRig rig() {
        EngineConfig config = EngineRig.config()
                .publishFirstDelay(Duration.ofMillis(1))
                .publishMaxDelay(Duration.ofMillis(5))
                .sweepInterval(Duration.ofMillis(50))
                .build();
        return new EngineRig(source, sink, builder -> builder.config(config));
    }

    @Test
    void aMessageTheSinkRefusesForNowIsHandedOverAgain() {
        sink.failMessage("inbox-0000003", 4, RecordingSink.error(SinkException.Kind.TRANSIENT, "UNAVAILABLE"));
        try (EngineRig rig = rig()) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.progress().failed()).isZero();
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
        }
    }

    @Test
    void aMessageTheSinkNeverTakesIsAFailureRow() {
        sink.failMessage("inbox-0000003", 1, RecordingSink.error(SinkException.Kind.PERMANENT, "INVALID"));
        try (EngineRig rig = rig()) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(rig.jobs().failures(job.id(), PageRequest.first()).items())
                    .singleElement()
                    .satisfies(row -> assertThat(row.stage()).isEqualTo(JobFailure.Stage.PUBLISH))
                    .satisfies(row -> assertThat(row.kind()).isEqualTo(JobFailure.Kind.PERMANENT))
                    .satisfies(row -> assertThat(row.messageId()).isEqualTo("inbox-0000003"));
        }
    }

    @Test
    void aSinkThatTakesNothingFailsTheJobAndAResumePublishesTheRest() {
        sink.failMessage("inbox-0001003", 1, RecordingSink.error(SinkException.Kind.FATAL, "TOPIC_NOT_FOUND"));
        try (EngineRig rig = rig()) {
            BackfillJob failed = rig.run(EngineRig.request().build());
            assertThat(failed.state()).isEqualTo(JobState.FAILED);
            assertThat(failed.failureCode()).isEqualTo("TOPIC_NOT_FOUND");

            rig.jobs().resume(failed.id());

            assertThat(rig.awaitEnd(failed.id()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
        }
    }

    @Test
    void aStalledSinkMakesTheSourceWaitAndNothingElse() {
        sink.holdAcks();
        try (EngineRig rig = rig()) {
            BackfillJob job = rig.start();
            // Four walks of four pages of 100 each may be on their way, and no more.
            sink.awaitHeld(1_600);
            BackfillJob waiting = rig.await(
                    job.id(), now -> now.waiting() != null && now.waiting().reason() == Waiting.Reason.SINK);
            assertThat(waiting.state()).isEqualTo(JobState.RUNNING);
            assertThat(waiting.progress().published()).isZero();
            assertThat(sink.counts().delivered()).isLessThanOrEqualTo(1_600);

            sink.ackAtOnce();
            sink.ackAll();

            assertThat(rig.awaitEnd(job.id()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
            assertThat(sink.duplicates()).isZero();
        }
    }

    @Test
    void aPauseWhileTheSinkStallsTakesEffectAndLosesNothing() {
        sink.holdAcks();
        try (EngineRig rig = rig()) {
            BackfillJob job = rig.start();
            sink.awaitHeld(400);

            long before = System.nanoTime();
            rig.jobs().pause(job.id());
            BackfillJob paused = rig.awaitState(job.id(), JobState.PAUSED);

            assertThat(Duration.ofNanos(System.nanoTime() - before)).isLessThan(Duration.ofSeconds(2));
            assertThat(paused.progress().published()).isZero();
            sink.ackAtOnce();
            sink.ackAll();
            rig.jobs().resume(job.id());
            assertThat(rig.awaitEnd(job.id()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(MESSAGES);
            // What was on its way at the pause, and no more, comes twice, with the same keys.
            assertThat(sink.duplicates()).isLessThanOrEqualTo(1_600);
        }
    }

    @Test
    void messagesOfWhichTheBudgetHoldsOneOrTwoGoThroughAFewAtATime() {
        throughASinkThatStandsStill(12, 3_000_000, 8L << 20);
    }

    /** As large as mail gets: {@code -Dhuge.messages=24}. */
    @Test
    @Tag("campaign")
    void messagesOfTwentyFiveMegabytesGoThroughAFewAtATime() {
        throughASinkThatStandsStill(Integer.getInteger("huge.messages", 4), 25_000_000, 64L << 20);
    }

    private void throughASinkThatStandsStill(int messages, int characters, long budget) {
        ScriptedSource huge = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(messages).bodies(characters))
                .windowMessages(2)
                .build();
        sink.limits(new SinkLimits(64 << 20, 100, 256, 1_024)).holdAcks();
        EngineConfig config = EngineRig.config().memoryBudgetBytes(budget).build();
        EngineRig rig = new EngineRig(huge, sink, builder -> builder.config(config));
        try (rig) {
            BackfillJob job = rig.start();
            sink.awaitHeld(1);
            rig.await(job.id(), now -> now.waiting() != null && now.waiting().reason() == Waiting.Reason.SINK);

            // Each walk may have begun a page before it knew how large its messages are.
            assertThat(sink.counts().mostHeld()).isLessThanOrEqualTo(5);
            sink.ackAtOnce();
            sink.ackAll();
            assertThat(rig.awaitEnd(job.id()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(messages);
            assertThat(sink.counts().bytes()).isGreaterThan((long) messages * characters);
        }
    }

    @Test
    void theMemoryOfMessagesOnTheirWayIsBoundedInBytes() {
        ScriptedSource big = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(400).bodies(100_000))
                .build();
        sink.holdAcks();
        EngineConfig config = EngineRig.config().memoryBudgetBytes(4L << 20).build();
        EngineRig rig = new EngineRig(big, sink, builder -> builder.config(config));
        try (rig) {
            BackfillJob job = rig.start();
            rig.await(job.id(), now -> now.waiting() != null && now.waiting().reason() == Waiting.Reason.SINK);

            // A message of 100,000 characters counts twice once encoded; one page per walk may overdraw the budget.
            assertThat(sink.counts().delivered() * 200_000L).isLessThan(3 * (4L << 20));
            sink.ackAtOnce();
            sink.ackAll();
            assertThat(rig.awaitEnd(job.id()).state()).isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).isEqualTo(400);
        }
    }
}
