package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.JobStateException;
import dev.backfill.core.EngineConfig;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.Random;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Random faults of provider and sink, with pauses, resumes and restarts of the engine in between, all from a seed that the
 * test's name shows. Whatever comes, the whole mailbox is published and the counters agree.
 */
class ChaosTest {
    private static final int INBOX = 900;
    private static final int SENT = 350;
    private static final long FIRST_SEED = Long.getLong("chaos.first", 1_000);
    private static final long SEEDS = Long.getLong("chaos.seeds", 500);
    private static final Kind[] PASSING = {Kind.RETRY, Kind.RETRY_SMALLER, Kind.RESTART_PARTITION, Kind.AUTH};

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12})
    void nothingIsLostAndTheCountersAgree(long seed) {
        Random random = new Random(seed);
        int batch = 1 + random.nextInt(120);
        RecordingSink sink = sink(random);
        EngineRig rig = new EngineRig(source(random), sink, builder -> builder.config(config()));
        try (rig) {
            JobId id = rig.jobs()
                    .start(EngineRig.request()
                            .batchSize(batch)
                            .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                            .build())
                    .id();
            int stops = disturb(rig, id, random);
            BackfillJob job = settle(rig, id);

            assertThat(job.state())
                    .as(job.failureCode() + " " + job.failureMessage())
                    .isEqualTo(JobState.COMPLETED);
            assertThat(sink.distinct()).as("distinct").isEqualTo(INBOX + SENT);
            assertThat(job.progress().listed()).as("listed").isEqualTo(INBOX + SENT);
            assertThat(job.progress().published()).as("published").isEqualTo(INBOX + SENT);
            // Four walks of four pages each, as README says, for each time the run was stopped.
            assertThat(sink.duplicates()).as("doubled").isLessThanOrEqualTo(stops * 16 * batch);
        }
    }

    static LongStream campaignSeeds() {
        return LongStream.range(FIRST_SEED, FIRST_SEED + SEEDS);
    }

    @Tag("campaign")
    @ParameterizedTest
    @MethodSource("campaignSeeds")
    void nothingIsLostWhateverTheSeed(long seed) {
        nothingIsLostAndTheCountersAgree(seed);
    }

    private static EngineConfig config() {
        return EngineRig.config()
                .sweepInterval(Duration.ofMillis(20))
                .callFirstDelay(Duration.ofMillis(1))
                .callMaxDelay(Duration.ofMillis(2))
                .publishFirstDelay(Duration.ofMillis(1))
                .publishMaxDelay(Duration.ofMillis(2))
                .stopGrace(Duration.ofMillis(300))
                .build();
    }

    private static ScriptedSource source(Random random) {
        FaultScript.Builder faults = FaultScript.builder();
        int windows = (INBOX + SENT) / 100;
        for (int i = 0; i < 6; i++) {
            Kind kind = PASSING[random.nextInt(PASSING.length)];
            faults.fail(At.window(random.nextInt(windows), random.nextInt(3)), 1, Fault.of(kind));
        }
        faults.repeat(At.window(random.nextInt(windows), 1), random.nextInt(4));
        faults.hide(random.nextInt(windows), 1 + random.nextInt(9), 1);
        faults.split(random.nextInt(windows), 2 + random.nextInt(3));
        ScriptedSource.Builder source = ScriptedSource.builder()
                .mailbox(
                        ScriptedFolder.inbox(INBOX)
                                .times(ScriptedFolder.DEFAULT_OLDEST, Duration.ofSeconds(40), 1 + random.nextInt(30)),
                        ScriptedFolder.of("sent", FolderRole.SENT, SENT))
                .windowMessages(100)
                .faults(faults.build())
                .seed(random.nextLong());
        return (random.nextBoolean() ? source.singleGets() : source).build();
    }

    private static RecordingSink sink(Random random) {
        RecordingSink sink = new RecordingSink();
        if (random.nextBoolean()) {
            sink.ackOnOwnThread();
        }
        for (int i = 0; i < 20; i++) {
            sink.failNumber(
                    1 + random.nextInt(INBOX + SENT), RecordingSink.error(SinkException.Kind.TRANSIENT, "UNAVAILABLE"));
        }
        return sink;
    }

    /** Pauses, or restarts the engine, a few times on the way; says how often the run was stopped. */
    private static int disturb(EngineRig rig, JobId id, Random random) {
        int stops = 1;
        for (int i = 0; i < 3; i++) {
            long published = random.nextInt(INBOX + SENT);
            BackfillJob job = rig.await(
                    id, now -> now.state().isTerminal() || now.progress().published() >= published);
            if (job.state() != JobState.RUNNING) {
                break;
            }
            stops++;
            if (random.nextBoolean()) {
                rig.restart();
            } else {
                pauseAndResume(rig, id);
            }
        }
        return stops;
    }

    private static void pauseAndResume(EngineRig rig, JobId id) {
        try {
            rig.jobs().pause(id);
        } catch (JobStateException tooLate) {
            return;
        }
        BackfillJob job = rig.await(
                id, now -> now.state() == JobState.PAUSED || now.state().isTerminal());
        if (job.state() == JobState.PAUSED) {
            rig.jobs().resume(id);
        }
    }

    /** A refused token or a provider that is down for long fails a job by design; a user then resumes it. */
    private static BackfillJob settle(EngineRig rig, JobId id) {
        BackfillJob job = rig.awaitEnd(id);
        for (int i = 0; i < 10 && job.state() == JobState.FAILED; i++) {
            rig.jobs().resume(id);
            job = rig.awaitEnd(id);
        }
        return job;
    }
}
