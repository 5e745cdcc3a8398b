package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.spi.PageLimit;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import dev.backfill.testkit.SourceLog;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What a request leaves open comes from the engine's configuration; time runs by itself. */
class DefaultsTest {
    private final ManualTime time = new ManualTime();
    private final AutoAdvance running = time.autoAdvance(Duration.ofMillis(3), Duration.ofDays(3));

    @AfterEach
    void stopTime() {
        running.close();
    }

    private EngineRig rig(Map<String, String> environment) {
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(40))
                .windowMessages(20)
                .build();
        return new EngineRig(
                source, new RecordingSink(), builder -> builder.time(time).environment(environment::get));
    }

    @Test
    void theEnvironmentsBatchSizeIsThatOfARequestThatDoesNotSay() {
        try (EngineRig rig = rig(Map.of("DEFAULT_BATCH_SIZE", "7"))) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.request().batchSize()).isEqualTo(7);
            assertThat(rig.source.log().fetches())
                    .extracting(SourceLog.Fetch::limit)
                    .extracting(PageLimit::messages)
                    .containsOnly(7);
        }
    }

    @Test
    void theEnvironmentsRateLimitIsThatOfARequestThatDoesNotSay() {
        try (EngineRig rig = rig(Map.of("DEFAULT_RATE_LIMIT", "1"))) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.request().rateLimit()).isEqualTo(1);
            assertThat(Duration.between(job.startedAt(), job.endedAt()))
                    .isGreaterThanOrEqualTo(Duration.ofSeconds(job.progress().apiCalls() - 2));
        }
    }

    @Test
    void aRequestThatSaysIsObeyed() {
        try (EngineRig rig = rig(Map.of("DEFAULT_BATCH_SIZE", "7", "DEFAULT_RATE_LIMIT", "1"))) {
            BackfillJob job =
                    rig.run(EngineRig.request().batchSize(11).rateLimit(900).build());

            assertThat(job.request().batchSize()).isEqualTo(11);
            assertThat(job.request().rateLimit()).isEqualTo(900);
        }
    }

    @Test
    void aRetryOfFailuresKeepsWhatItsJobRanWith() {
        BackfillRequest open = EngineRig.request().build();
        assertThat(open.batchSize()).isNull();
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(40))
                .faults(FaultScript.builder()
                        .failMessage("inbox-0000003", 1, "ErrorCorruptData")
                        .build())
                .build();
        Map<String, String> environment = new HashMap<>(Map.of("DEFAULT_BATCH_SIZE", "7"));
        EngineRig rig = new EngineRig(
                source, new RecordingSink(), builder -> builder.time(time).environment(environment::get));
        try (rig) {
            BackfillJob job = rig.run(open);
            environment.put("DEFAULT_BATCH_SIZE", "9");
            rig.restart();

            BackfillJob retry = rig.awaitEnd(rig.jobs().retryFailures(job.id()).id());

            assertThat(retry.request().batchSize()).isEqualTo(7);
        }
    }
}
