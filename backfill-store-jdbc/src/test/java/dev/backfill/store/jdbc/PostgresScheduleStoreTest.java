package dev.backfill.store.jdbc;

import dev.backfill.spi.JobStore;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.testkit.contract.ScheduleStoreContract;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

class PostgresScheduleStoreTest implements ScheduleStoreContract {
    private static final String SCHEMA = Postgres.newSchema();

    private static JdbcPersistence persistence;

    @BeforeAll
    static void open() {
        persistence =
                JdbcPersistence.dataSource(Postgres.dataSource()).schema(SCHEMA).open();
    }

    @BeforeEach
    void empty() {
        EmptyTables.empty(Postgres.dataSource(), SCHEMA + "." + Tables.DEFAULT_PREFIX);
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
