package dev.backfill.store.jdbc;

import dev.backfill.spi.JobStore;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.testkit.contract.ScheduleStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteScheduleStoreTest implements ScheduleStoreContract {
    private JdbcPersistence persistence;

    @BeforeEach
    void open(@TempDir Path folder) {
        persistence = JdbcPersistence.file(folder.resolve("store.db")).open();
    }

    @AfterEach
    void close() {
        persistence.close();
    }

    @Override
    public JobStore jobs() {
        return persistence.jobs();
    }

    @Override
    public ScheduleStore schedules() {
        return persistence.schedules();
    }
}
