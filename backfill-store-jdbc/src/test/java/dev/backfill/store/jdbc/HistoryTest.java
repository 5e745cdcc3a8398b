package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobState;
import dev.backfill.spi.JobStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Instant;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** History is cleaned beside jobs that run, which have the one connection that writes to a file in between. */
class HistoryTest {
    private static final int JOBS = 100;

    @TempDir
    private Path folder;

    private final AtomicInteger writes = new AtomicInteger();

    @Test
    void manyOldJobsAreForgottenInManySmallWrites() {
        Tables tables = new Tables(null, Tables.DEFAULT_PREFIX);
        try (SqliteFile file = SqliteFile.open(folder.resolve("jobs.db"), tables)) {
            DataSource writer = new CountingDataSource(file.writer());
            JobStore store = new JdbcJobStore(new Database(Dialect.SQLITE, writer, file.reader(), tables));
            store.insertAll(IntStream.range(0, JOBS)
                    .mapToObj(i -> StoreJobs.job("job-" + i, "user", "account-" + i).toBuilder()
                            .state(JobState.CANCELLED)
                            .build())
                    .toList());
            writes.set(0);
            assertThat(store.forget(Instant.EPOCH, JOBS, JOBS)).isZero();
            assertThat(writes).as("a look writes nothing").hasValue(0);
            assertThat(store.forget(Instant.EPOCH, 0, JOBS)).isEqualTo(JOBS);
            assertThat(writes.get()).isGreaterThanOrEqualTo(JOBS / 20);
        }
    }

    private final class CountingDataSource extends DataSourceWrapper {
        CountingDataSource(DataSource real) {
            super(real);
        }

        @Override
        public Connection getConnection() throws SQLException {
            writes.incrementAndGet();
            return super.getConnection();
        }
    }
}
