package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BulkResult;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobState;
import dev.backfill.api.UserJobs;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** A database that goes away while thousands of jobs are being queued. */
class BulkStartOutageTest {
    private static final int ACCOUNTS = 2_500;

    private final StoreEngines engines = new StoreEngines();
    private final AtomicInteger connectionsLeft = new AtomicInteger(Integer.MAX_VALUE);

    @AfterEach
    void close() {
        engines.close();
    }

    @Test
    void theSameStartGivenAgainQueuesTheRestAndNamesTheJobsThatAreThere() {
        Gate gate = Gate.shut();
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(1))
                .faults(FaultScript.builder().block(At.window(0, 0), gate).build())
                .build();
        JdbcPersistence store = engines.own(JdbcPersistence.dataSource(new FailingDataSource(Postgres.dataSource()))
                .schema(Postgres.newSchema())
                .open());
        UserJobs jobs = engines.engine("one", source, store, config -> config.maxConcurrentJobs(1))
                .forUser(StoreEngines.USER);
        List<String> accounts =
                IntStream.range(0, ACCOUNTS).mapToObj(i -> "account-" + i).toList();

        connectionsLeft.set(3);
        assertThatThrownBy(() -> jobs.startAll(accounts, StoreEngines.request("any")))
                .isInstanceOf(StoreException.class);
        connectionsLeft.set(Integer.MAX_VALUE);
        long before = active(jobs);
        assertThat(before).isBetween(1L, ACCOUNTS - 1L);

        BulkResult rest = jobs.startAll(accounts, StoreEngines.request("any"));
        assertThat(rest.rejected())
                .hasSize((int) before)
                .allSatisfy(rejection -> assertThat(rejection.reason()).isInstanceOf(JobConflictException.class));
        assertThat(rest.accepted()).hasSize(ACCOUNTS - (int) before);
        assertThat(active(jobs)).isEqualTo(ACCOUNTS);
        gate.open();
    }

    private static long active(UserJobs jobs) {
        Map<JobState, Long> counts = jobs.summary(JobFilter.all()).jobs();
        return counts.get(JobState.QUEUED) + counts.get(JobState.RUNNING);
    }

    /** Fails the thread of the test, and none of the engine's. */
    private final class FailingDataSource extends DataSourceWrapper {
        private final Thread victim = Thread.currentThread();

        FailingDataSource(DataSource real) {
            super(real);
        }

        @Override
        public Connection getConnection() throws SQLException {
            if (Thread.currentThread().equals(victim) && connectionsLeft.getAndDecrement() <= 0) {
                throw new SQLException("planted by the test", "08006");
            }
            return super.getConnection();
        }
    }
}
