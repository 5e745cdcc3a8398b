package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobState;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import org.junit.jupiter.api.Test;

class WholeJobTest {
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(5_000)).build();
    private final RecordingSink sink = new RecordingSink();

    @Test
    void everyMessageIsPublishedOnceAndTheJobCompletes() {
        try (EngineRig rig = new EngineRig(source, sink)) {
            BackfillJob job = rig.run(EngineRig.request().build());

            assertThat(job.state()).isEqualTo(JobState.COMPLETED);
            assertThat(job.progress().listed()).isEqualTo(5_000);
            assertThat(job.progress().published()).isEqualTo(5_000);
            assertThat(sink.distinct()).isEqualTo(5_000);
            assertThat(sink.duplicates()).isZero();
        }
    }
}
