package dev.backfill.store.jdbc;

import dev.backfill.spi.JobStore;
import dev.backfill.testkit.contract.JobStoreContract;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;

class PostgresJobStoreTest implements JobStoreContract {
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
    public JobStore store() {
        return persistence.jobs();
    }
}
