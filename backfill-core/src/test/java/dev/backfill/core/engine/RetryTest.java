package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobState;
import dev.backfill.core.EngineConfig;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Jobs that read nothing but what another one failed on. */
class RetryTest {
    private static final int MESSAGES = 500;
    private static final MailQuery ALL =
            new MailQuery(null, Instant.parse("2100-01-01T00:00:00Z"), List.of(), false, false);

    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).build();
    private final RecordingSink sink = new RecordingSink();
    private final EngineRig rig = new EngineRig(
            source,
            sink,
            builder -> builder.config(EngineRig.config()
                    .breakerFailuresInRow(MESSAGES)
                    .breakerFailureShare(1.0)
                    .build()));

    @AfterEach
    void close() {
        rig.close();
    }

    private BackfillJob retryAfter(int failures, int batch) {
        FaultScript.Builder faults = FaultScript.builder();
        List<String> bad = source.account().ids(ALL).subList(0, failures);
        bad.forEach(id -> faults.failMessage(id, FaultScript.ALWAYS, SourceException.Kind.SKIP_MESSAGE, "BROKEN"));
        source.faults(faults.build());
        BackfillJob first = rig.run(EngineRig.request()
                .batchSize(batch)
                .rateLimit(BackfillRequest.MAX_RATE_LIMIT)
                .build());
        assertThat(first.progress().failed()).isEqualTo(failures);
        source.faults(FaultScript.NONE);
        return rig.awaitEnd(rig.jobs().retryFailures(first.id()).id());
    }

    @Test
    void aRetryOfManyPagesReadsEveryFailure() {
        BackfillJob retry = retryAfter(400, 30);

        assertThat(retry.state()).isEqualTo(JobState.COMPLETED);
        assertThat(retry.progress().published()).isEqualTo(400);
        assertThat(retry.progress().listed()).isEqualTo(400);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
        assertThat(sink.duplicates()).isZero();
    }

    @Test
    void aRetryOfOnePageReadsEveryFailure() {
        assertThat(retryAfter(7, 100).progress().published()).isEqualTo(7);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
    }

    @Test
    void whatFailsAgainDoesNotTripTheBreakerOfItsRetry() {
        FaultScript.Builder faults = FaultScript.builder();
        List<String> ids = source.account().ids(ALL);
        for (int i = 0; i < MESSAGES; i += 3) {
            faults.failMessage(ids.get(i), FaultScript.ALWAYS, SourceException.Kind.SKIP_MESSAGE, "BROKEN");
        }
        source.faults(faults.build());
        try (EngineRig usual = new EngineRig(source, sink)) {
            BackfillJob first = usual.run(EngineRig.request().build());
            assertThat(first.state()).isEqualTo(JobState.COMPLETED);
            long failed = first.progress().failed();
            assertThat(failed).isGreaterThan(EngineConfig.DEFAULT_BREAKER_FAILURES_IN_ROW);

            BackfillJob retry =
                    usual.awaitEnd(usual.jobs().retryFailures(first.id()).id());

            assertThat(retry.state()).isEqualTo(JobState.COMPLETED);
            assertThat(retry.progress().failed()).isEqualTo(failed);
        }
    }
}
