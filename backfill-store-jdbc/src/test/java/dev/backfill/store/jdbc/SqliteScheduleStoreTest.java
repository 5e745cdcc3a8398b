package dev.backfill.store.jdbc;

import dev.backfill.spi.JobStore;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.testkit.contract.ScheduleStoreContract;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.sqlite.SQLiteDataSource;

class SqliteScheduleStoreTest implements ScheduleStoreContract {
    @TempDir
    private static Path folder;

    private static JdbcPersistence persistence;

    @BeforeAll
    static void open() {
        persistence = JdbcPersistence.file(folder.resolve("store.db")).open();
    }

    @BeforeEach
    void empty() {
        SQLiteDataSource beside = new SQLiteDataSource();
        beside.setUrl("jdbc:sqlite:" + folder.resolve("store.db"));
        EmptyTables.empty(beside, Tables.DEFAULT_PREFIX);
    }

    @AfterAll
    static void close() {
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
