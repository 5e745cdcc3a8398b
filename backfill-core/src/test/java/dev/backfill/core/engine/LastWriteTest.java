package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.JobState;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/** What a run writes at its end: a small mailbox is little else than writes. */
class LastWriteTest {
    private static final int MESSAGES = 25;

    private final InMemoryJobStore store = new InMemoryJobStore();
    private final List<JobRecord> written = new CopyOnWriteArrayList<>();
    private final List<Checkpoint> checkpoints = new CopyOnWriteArrayList<>();

    private JobStore recording() {
        return Interposed.between(JobStore.class, store, (method, arguments, real) -> {
            Object answer = real.call(arguments);
            if (method.equals("write")) {
                checkpoints.add((Checkpoint) arguments[1]);
                written.add((JobRecord) answer);
            }
            return answer;
        });
    }

    private BackfillJob run(boolean pin) {
        ScriptedSource source =
                ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).build();
        try (EngineRig rig = new EngineRig(source, new RecordingSink(), recording(), builder -> builder)) {
            return rig.run(EngineRig.request().batchSize(10).pin(pin).build());
        }
    }

    @Test
    void theLastPageIsStoredByTheWriteThatEndsTheJob() {
        assertThat(run(false).state()).isEqualTo(JobState.COMPLETED);

        JobRecord last = written.get(written.size() - 1);
        assertThat(written)
                .filteredOn(row -> row.counts().published() == MESSAGES)
                .containsExactly(last);
        assertThat(last.state()).isEqualTo(JobState.COMPLETED);
        assertThat(checkpoints.get(checkpoints.size() - 1).partitions())
                .singleElement()
                .matches(PartitionRecord::done);
        assertThat(store.partitions(last.id())).allMatch(PartitionRecord::done);
    }

    /** The marks must be stored before anything is read from them on. */
    @Test
    void whatIsReadIsStoredBeforeTheChangesSinceAreAskedFor() {
        BackfillJob end = run(true);

        assertThat(end.state()).isEqualTo(JobState.COMPLETED);
        assertThat(written)
                .anyMatch(row ->
                        row.counts().published() == MESSAGES && row.phase() == JobRecord.Phase.WALKING && !ended(row));
        assertThat(written.stream().filter(LastWriteTest::ended)).hasSize(1);
        assertThat(store.partitions(end.id())).allMatch(PartitionRecord::done);
    }

    private static boolean ended(JobRecord row) {
        return row.state() == JobState.COMPLETED;
    }
}
