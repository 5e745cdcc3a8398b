package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.core.encode.JsonEventEncoder;
import dev.backfill.spi.MessageEncoder;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** More mailboxes than cores: another walk of one is begun only where it is of use. */
@Timeout(120)
class BusyMachineTest {
    private static final int WALKS = 4;
    private static final int CORES = Runtime.getRuntime().availableProcessors();
    private static final int WINDOWS = 8;
    private static final int BATCH = 10;

    private static ScriptedSource.Builder mailboxes(String id, int count) {
        ScriptedSource.Builder source = ScriptedSource.builder().id(id).windowMessages(2 * BATCH);
        for (int i = 0; i < count; i++) {
            source.account(id + i, ScriptedAccount.of(id + i, ScriptedFolder.inbox(2 * BATCH * WINDOWS)));
        }
        return source;
    }

    private static JobId start(EngineRig rig, String source, String account) {
        return rig.jobs()
                .start(BackfillRequest.builder(source, account)
                        .batchSize(BATCH)
                        .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                        .build())
                .id();
    }

    /** Takes its time: the clock moves by so much with each message. */
    private static MessageEncoder encoder(ManualTime time, Duration takes) {
        JsonEventEncoder json = new JsonEventEncoder("test", false);
        return (event, limits) -> {
            time.advance(takes);
            return json.encode(event, limits);
        };
    }

    /** The last requests of the last job may wait for their rate when no message moves the time any more. */
    private static void assertAllEnd(EngineRig rig, ManualTime time, List<JobId> ids) {
        try (AutoAdvance running = time.autoAdvance(Duration.ofMillis(3), Duration.ofMinutes(5))) {
            assertThat(running).isNotNull();
            assertThat(ids)
                    .allSatisfy(id -> assertThat(rig.awaitEnd(id).state()).isEqualTo(JobState.COMPLETED));
        }
    }

    @Test
    void aMailboxIsReadOneWindowAtATimeWhileOthersKeepTheCoresBusy() {
        ManualTime time = new ManualTime();
        Gate answers = Gate.shut();
        ScriptedSource others = mailboxes("busy", CORES)
                .faults(FaultScript.builder().block(At.window(-1, -1), answers).build())
                .build();
        ScriptedSource late = mailboxes("late", 1).build();
        EngineRig rig = new EngineRig(
                others,
                new RecordingSink(),
                builder -> builder.time(time)
                        .encoder(encoder(time, Duration.ofMillis(100)))
                        .source(late)
                        .config(EngineRig.config().maxConcurrentJobs(CORES + 1).build()));
        try (rig) {
            List<JobId> ids = new ArrayList<>();
            for (int i = 0; i < CORES; i++) {
                ids.add(start(rig, "busy", "busy" + i));
                answers.awaitEntered(WALKS * (i + 1));
            }

            JobId last = start(rig, "late", "late0");

            assertThat(rig.awaitEnd(last).state()).isEqualTo(JobState.COMPLETED);
            assertThat(late.log().mostFetching()).as("windows at once").isEqualTo(1);
            answers.open();
            assertAllEnd(rig, time, ids);
        }
    }

    @Test
    void mailboxesThatMostlyWaitAreReadByAllTheirWalks() {
        int far = CORES + 1;
        ManualTime time = new ManualTime();
        Gate answers = Gate.shut();
        // One page of each mailbox is read; the next, and the first of each other window, wait.
        FaultScript.Builder waits = FaultScript.builder().block(At.window(0, 1), answers);
        for (int window = 1; window < WINDOWS; window++) {
            waits.block(At.window(window, -1), answers);
        }
        ScriptedSource source = mailboxes("far", far)
                .faults(waits.build())
                .singleGets()
                .onRequest(operation -> {
                    if (operation.equals(ScriptedSource.GET)) {
                        time.advance(Duration.ofSeconds(1));
                    }
                })
                .build();
        EngineRig rig = new EngineRig(
                source,
                new RecordingSink(),
                builder -> builder.time(time)
                        .encoder(encoder(time, Duration.ofMillis(1)))
                        .config(EngineRig.config().maxConcurrentJobs(far).build()));
        try (rig) {
            List<JobId> ids = new ArrayList<>();
            for (int i = 0; i < far; i++) {
                ids.add(start(rig, "far", "far" + i));

                answers.awaitEntered(WALKS * (i + 1));
            }
            answers.open();
            assertAllEnd(rig, time, ids);
        }
    }
}
