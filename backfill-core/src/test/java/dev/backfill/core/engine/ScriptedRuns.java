package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobState;
import dev.backfill.core.EngineConfig;
import dev.backfill.testkit.AutoAdvance;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;

/** A mailbox of a thousand messages behind a provider that follows a script; time runs by itself. */
abstract class ScriptedRuns {
    static final int MESSAGES = 1_000;

    final ManualTime time = new ManualTime();
    final AutoAdvance running = time.autoAdvance(Duration.ofMillis(3), Duration.ofDays(3));
    final RecordingSink sink = new RecordingSink();

    @AfterEach
    void stopTime() {
        running.close();
    }

    EngineRig rig(FaultScript faults) {
        return rig(source().faults(faults).build());
    }

    static ScriptedSource.Builder source() {
        return ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).windowMessages(250);
    }

    EngineRig rig(ScriptedSource source) {
        EngineConfig config =
                EngineRig.config().sweepInterval(Duration.ofSeconds(30)).build();
        return new EngineRig(source, sink, builder -> builder.time(time).config(config));
    }

    void assertWholeMailboxOnce(BackfillJob job) {
        assertWholeMailbox(job);
        assertThat(sink.duplicates()).isZero();
    }

    void assertWholeMailbox(BackfillJob job) {
        assertThat(job.state())
                .as(job.failureCode() + ": " + job.failureMessage())
                .isEqualTo(JobState.COMPLETED);
        assertThat(job.progress().listed()).isEqualTo(MESSAGES);
        assertThat(job.progress().published()).isEqualTo(MESSAGES);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
    }
}
