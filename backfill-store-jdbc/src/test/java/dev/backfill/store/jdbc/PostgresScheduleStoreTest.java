package dev.backfill.store.jdbc;

import dev.backfill.spi.JobStore;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.testkit.contract.ScheduleStoreContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class PostgresScheduleStoreTest implements ScheduleStoreContract {
    private JdbcPersistence persistence;

    @BeforeEach
    void open() {
        persistence = JdbcPersistence.dataSource(Postgres.dataSource())
                .schema(Postgres.newSchema())
                .open();
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
