package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobQueue.Hold;
import dev.backfill.spi.JobQueue.Result;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs whose owner died, froze, or is still at it: whatever a queue says, one run at a time, and nothing lost. */
class TakeoverTest {
    private static final int MESSAGES = 1_000;

    private final Gate gate = Gate.shut();
    private final ScriptedSource source = ScriptedSource.builder()
            .mailbox(ScriptedFolder.inbox(MESSAGES))
            .windowMessages(250)
            .faults(FaultScript.builder().block(At.window(3, 1), gate).build())
            .build();
    private final RecordingSink sink = new RecordingSink();
    private final HandQueue queue = new HandQueue();
    private final EngineRig rig = new EngineRig(
            source,
            sink,
            builder -> builder.queue(queue)
                    .config(EngineRig.config()
                            .sweepInterval(Duration.ofMillis(20))
                            .build()));

    @AfterEach
    void close() {
        gate.open();
        rig.close();
    }

    private static Result await(CompletableFuture<Result> run) throws Exception {
        return run.get(30, TimeUnit.SECONDS);
    }

    private void assertComplete(JobId id) {
        BackfillJob job = rig.jobs().status(id);
        assertThat(job.state()).as("%s", job).isEqualTo(JobState.COMPLETED);
        assertThat(job.progress().published()).isEqualTo(MESSAGES);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
    }

    @Test
    void aJobHandedOutAgainWhileItRunsHereHasOneRunAtATime() throws Exception {
        JobId id = rig.start().id();
        CompletableFuture<Result> first = queue.hand(id, Hold.ALWAYS);
        gate.awaitEntered(1);

        CompletableFuture<Result> second = queue.hand(id, Hold.ALWAYS);

        assertThat(await(first)).isInstanceOf(Result.Done.class);
        gate.open();
        assertThat(await(second)).isInstanceOf(Result.Done.class);
        assertComplete(id);
        assertThat(source.log().everOpened()).isEqualTo(2);
        assertThat(rig.store.find(id).orElseThrow().epoch()).isEqualTo(2);
    }

    @Test
    void aRunThatLostItsHoldHandsNothingMoreToTheSinkAndStoresNothing() throws Exception {
        HandQueue.Grip grip = new HandQueue.Grip();
        JobId id = rig.start().id();
        CompletableFuture<Result> frozen = queue.hand(id, grip);
        gate.awaitEntered(1);
        rig.await(id, job -> job.progress().published() >= 850);
        long delivered = sink.counts().published();
        long stored = rig.jobs().status(id).progress().published();

        grip.lose();
        gate.open();

        assertThat(await(frozen)).isInstanceOf(Result.Again.class);
        assertThat(sink.counts().published()).isEqualTo(delivered);
        assertThat(rig.jobs().status(id).progress().published()).isEqualTo(stored);
        assertThat(rig.jobs().status(id).state()).isEqualTo(JobState.RUNNING);

        assertThat(await(queue.hand(id, Hold.ALWAYS))).isInstanceOf(Result.Done.class);
        assertComplete(id);
    }

    @Test
    void aDeadOwnersJobEndsAsItsUserWantsIt() throws Exception {
        JobId paused = rig.start().id();
        assertThat(rig.store.claim(paused, "dead", Instant.now(), JobLimits.NONE))
                .isPresent();
        rig.jobs().pause(paused);
        assertThat(await(queue.hand(paused, Hold.ALWAYS))).isInstanceOf(Result.Done.class);
        assertThat(rig.jobs().status(paused).state()).isEqualTo(JobState.PAUSED);

        rig.jobs().resume(paused);
        assertThat(rig.store.claim(paused, "dead", Instant.now(), JobLimits.NONE))
                .isPresent();
        rig.jobs().cancel(paused);
        assertThat(await(queue.hand(paused, Hold.ALWAYS))).isInstanceOf(Result.Done.class);
        assertThat(rig.jobs().status(paused).state()).isEqualTo(JobState.CANCELLED);
        assertThat(source.log().everOpened()).isZero();
    }
}
