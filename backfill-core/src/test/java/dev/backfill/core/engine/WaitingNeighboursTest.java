package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Waiting;
import dev.backfill.spi.Quota;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Mailboxes whose quota is spent wait for minutes; nobody else waits with them. */
@Timeout(60)
class WaitingNeighboursTest {
    private static final int NEIGHBOURS = 10;
    private static final long SMALLEST_BUDGET = 1 << 20;

    @Test
    void mailboxesThatWaitForTheirQuotaLeaveTheMemoryToOthers() {
        // Room for eight pages; more walks wait than that, one of each mailbox at least, once its first requests are
        // sent.
        Quota few = new Quota("few", Quota.Measure.REQUESTS, Quota.Scope.MAILBOX, 32, Duration.ofMinutes(9));
        ScriptedSource.Builder source = ScriptedSource.builder().quotas(few).windowMessages(100);
        for (int i = 0; i < NEIGHBOURS; i++) {
            source.account("neighbour-" + i, ScriptedAccount.of("neighbour-" + i, ScriptedFolder.inbox(5_000)));
        }
        source.account("small", ScriptedAccount.of("small", ScriptedFolder.inbox(10)));
        RecordingSink sink = new RecordingSink();
        EngineRig rig = new EngineRig(
                source.build(),
                sink,
                builder -> builder.config(EngineRig.config()
                        .maxConcurrentJobs(NEIGHBOURS + 1)
                        .memoryBudgetBytes(SMALLEST_BUDGET)
                        .build()));
        try (rig) {
            List<JobId> waiting = new ArrayList<>();
            for (int i = 0; i < NEIGHBOURS; i++) {
                waiting.add(rig.jobs()
                        .start(EngineRig.request().account("neighbour-" + i).build())
                        .id());
            }
            waiting.forEach(id -> awaitQuota(rig, id));

            JobId small = rig.jobs()
                    .start(EngineRig.request().account("small").pin(false).build())
                    .id();

            assertThat(rig.awaitEnd(small).state()).isEqualTo(JobState.COMPLETED);
            assertThat(waiting).allSatisfy(id -> {
                rig.jobs().cancel(id);
                assertThat(rig.awaitEnd(id).state()).isEqualTo(JobState.CANCELLED);
            });
        }
    }

    private static void awaitQuota(EngineRig rig, JobId id) {
        Waiting now = rig.jobs().status(id).waiting();
        while (now == null || now.reason() != Waiting.Reason.QUOTA) {
            assertThat(Thread.interrupted()).as("ran out of time").isFalse();
            Thread.onSpinWait();
            now = rig.jobs().status(id).waiting();
        }
    }
}
