package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More mailboxes than cores: another window is begun, and a page read ahead of the sink, only while the machine is not busy. */
@Timeout(120)
class BusyMachineTest {
    private static final int WALKS = 4;

    /** So many mailboxes have all their windows at once on any machine: 20 windows a core. */
    private static final int MAILBOXES = 5 * Runtime.getRuntime().availableProcessors();

    private static final int WINDOWS = 8;
    private static final int BATCH = 10;
    private static final double BUSY = 1;
    private static final double IDLE = 0;

    private static ScriptedSource.Builder mailboxes(String id, int count) {
        ScriptedSource.Builder source = ScriptedSource.builder().id(id).windowMessages(2 * BATCH);
        for (int i = 0; i < count; i++) {
            source.account(id + i, ScriptedAccount.of(id + i, ScriptedFolder.inbox(2 * BATCH * WINDOWS)));
        }
        return source;
    }

    /** No page of a window comes before the gate is opened. */
    private static ScriptedSource waiting(String id, int count, Gate answers) {
        return mailboxes(id, count)
                .faults(FaultScript.builder().block(At.window(-1, -1), answers).build())
                .build();
    }

    private static EngineRig rig(ScriptedSource source, ScriptedSource other, double load) {
        return rig(source, other, new RecordingSink(), load);
    }

    private static EngineRig rig(ScriptedSource source, ScriptedSource other, RecordingSink sink, double load) {
        return new EngineRig(
                source,
                sink,
                builder -> builder.machineLoad(() -> load)
                        .source(other)
                        .config(EngineRig.config()
                                .maxConcurrentJobs(MAILBOXES + 2)
                                .build()));
    }

    private static JobId start(EngineRig rig, String source, int account) {
        return rig.jobs()
                .start(BackfillRequest.builder(source, source + account)
                        .batchSize(BATCH)
                        .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                        .build())
                .id();
    }

    /** Starts jobs one after the other, each once the one before walks all its windows. */
    private static List<JobId> startWhole(EngineRig rig, int count, Gate answers) {
        return IntStream.range(0, count)
                .mapToObj(i -> {
                    JobId id = start(rig, "waiting", i);
                    answers.awaitEntered(WALKS * (i + 1));
                    return id;
                })
                .toList();
    }

    private static void assertCompleted(EngineRig rig, JobId id) {
        assertThat(rig.awaitEnd(id).state()).isEqualTo(JobState.COMPLETED);
    }

    @Test
    void aMailboxIsReadOneWindowAtATimeOnABusyMachine() {
        Gate answers = Gate.shut();
        ScriptedSource late = mailboxes("late", 1).build();
        try (EngineRig rig = rig(waiting("waiting", MAILBOXES, answers), late, BUSY)) {
            List<JobId> ids = startWhole(rig, MAILBOXES, answers);

            assertCompleted(rig, start(rig, "late", 0));

            assertThat(late.log().mostFetching()).as("windows at once").isEqualTo(1);
            answers.open();
            assertThat(ids).allSatisfy(id -> assertCompleted(rig, id));
        }
    }

    @Test
    void mailboxesHaveAllTheirWindowsOnAMachineThatIsNotBusy() {
        Gate answers = Gate.shut();
        ScriptedSource none = mailboxes("none", 1).build();
        try (EngineRig rig = rig(waiting("waiting", MAILBOXES + 2, answers), none, IDLE)) {
            List<JobId> ids = startWhole(rig, MAILBOXES + 2, answers);

            answers.open();
            assertThat(ids).allSatisfy(id -> assertCompleted(rig, id));
        }
    }

    @Test
    void jobsThatAreCancelledLeaveTheirRoomToOthers() {
        Gate answers = Gate.shut();
        Gate others = Gate.shut();
        try (EngineRig rig = rig(waiting("waiting", MAILBOXES, answers), waiting("late", 1, others), BUSY)) {
            List<JobId> ids = startWhole(rig, MAILBOXES, answers);
            ids.forEach(rig.jobs()::cancel);
            ids.forEach(rig::awaitEnd);

            JobId last = start(rig, "late", 0);

            others.awaitEntered(WALKS);
            others.open();
            assertCompleted(rig, last);
        }
    }

    @Test
    void onABusyMachineAWalkIsNotReadAheadOfTheSink() {
        int pages = 4;
        Gate answers = Gate.shut();
        RecordingSink sink = new RecordingSink().holdAcks();
        ScriptedSource late = ScriptedSource.builder()
                .id("late")
                .windowMessages(pages * BATCH)
                .account("late0", ScriptedAccount.of("late0", ScriptedFolder.inbox(WINDOWS * pages * BATCH)))
                .build();
        try (EngineRig rig = rig(waiting("waiting", MAILBOXES, answers), late, sink, BUSY)) {
            List<JobId> ids = startWhole(rig, MAILBOXES, answers);

            JobId id = start(rig, "late", 0);
            for (int page = 0; page < WINDOWS * pages; page++) {
                sink.awaitHeld(BATCH);
                sink.ackNext(BATCH);
            }

            assertCompleted(rig, id);
            // One page more for a machine on which a page took longer than the engine waits.
            assertThat(sink.counts().mostHeld())
                    .as("messages at the sink at once")
                    .isLessThanOrEqualTo(2 * BATCH);
            sink.ackAtOnce();
            answers.open();
            assertThat(ids).allSatisfy(other -> assertCompleted(rig, other));
        }
    }

    @Test
    void aFewWindowsAreReadAheadOfTheSinkOnAnyMachine() {
        RecordingSink sink = new RecordingSink().holdAcks();
        ScriptedSource none = mailboxes("none", 1).build();
        try (EngineRig rig = rig(mailboxes("alone", 1).build(), none, sink, BUSY)) {
            JobId id = start(rig, "alone", 0);

            sink.awaitHeld(WALKS * 2 * BATCH);

            sink.ackAtOnce();
            assertCompleted(rig, id);
        }
    }

    @Test
    void whereTheMachineIsNotBusyAnyWindowIsReadAheadOfTheSink() {
        Gate answers = Gate.shut();
        RecordingSink sink = new RecordingSink().holdAcks();
        ScriptedSource late = mailboxes("late", 1).build();
        try (EngineRig rig = rig(waiting("waiting", MAILBOXES, answers), late, sink, IDLE)) {
            List<JobId> ids = startWhole(rig, MAILBOXES, answers);

            JobId id = start(rig, "late", 0);
            sink.awaitHeld(WALKS * 2 * BATCH);

            sink.ackAtOnce();
            answers.open();
            assertCompleted(rig, id);
            assertThat(ids).allSatisfy(other -> assertCompleted(rig, other));
        }
    }
}
