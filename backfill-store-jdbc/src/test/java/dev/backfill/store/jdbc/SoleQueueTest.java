package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.JobQueue;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Runs on a file are held whatever heartbeats say, so that two engines on it would both run a job whose heartbeat was late. */
class SoleQueueTest {
    @TempDir
    private Path folder;

    private final StoreEngines engines = new StoreEngines();
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(3)).build();
    private JdbcPersistence store;

    @BeforeEach
    void open() {
        store = engines.own(JdbcPersistence.file(folder.resolve("jobs.db")).open());
    }

    @AfterEach
    void close() {
        engines.close();
    }

    private void assertRuns(BackfillManager manager) {
        JobId id = manager.forUser(StoreEngines.USER)
                .start(StoreEngines.request("me"))
                .id();
        StoreEngines.awaitState(manager, id, JobState.COMPLETED);
    }

    @Test
    void aSecondEngineOnAFileIsToldWhatToDoAndTheFirstGoesOn() {
        BackfillManager first = engines.engine("first", source, store);
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() -> engines.engine("second", source, store))
                .withMessageContaining("one engine at a time")
                .withMessageContaining("maxConcurrentJobs")
                .withMessageContaining("JdbcPersistence.dataSource")
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(JdbcPersistence.SETUP_CODE));
        assertRuns(first);
        assertThatExceptionOfType(BackfillException.class).isThrownBy(() -> engines.engine("third", source, store));
    }

    @Test
    void anEngineMayFollowOneThatWasClosed() {
        engines.engine("first", source, store).close();
        assertRuns(engines.engine("second", source, store));
    }

    @Test
    void aQueueThatCouldNotStartTakesNoPlace() {
        try (JobQueue broken = store.queue("broken", 1)) {
            assertThatExceptionOfType(NullPointerException.class).isThrownBy(() -> broken.start(null, () -> {}));
            assertRuns(engines.engine("second", source, store));
        }
    }

    @Test
    void enginesShareAPostgres() {
        JdbcPersistence shared = engines.own(JdbcPersistence.dataSource(Postgres.dataSource())
                .schema(Postgres.newSchema())
                .open());
        BackfillManager first = engines.engine("first", source, shared);
        engines.engine("second", source, shared);
        assertRuns(first);
    }
}
