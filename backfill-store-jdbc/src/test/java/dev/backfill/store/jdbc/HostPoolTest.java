package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BulkResult;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.core.Sharing;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobStore;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Pools as hosts have them: too small, without auto-commit, with an isolation of the host's own choice. */
class HostPoolTest {
    private final StoreEngines engines = new StoreEngines();
    private final String schema = Postgres.newSchema();

    @AfterEach
    void close() {
        engines.close();
    }

    private HikariDataSource pool(int size, String isolation) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(Postgres.url());
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(0);
        config.setAutoCommit(false);
        config.setTransactionIsolation(isolation);
        return engines.own(new HikariDataSource(config));
    }

    @ParameterizedTest
    @ValueSource(strings = {"TRANSACTION_READ_COMMITTED", "TRANSACTION_REPEATABLE_READ", "TRANSACTION_SERIALIZABLE"})
    void manyJobsEndOverThreeConnections(String isolation) {
        int mailboxes = 12;
        ScriptedSource.Builder source = ScriptedSource.builder().windowMessages(50);
        List<String> accounts = new ArrayList<>();
        for (int i = 0; i < mailboxes; i++) {
            accounts.add("account-" + i);
            source.account("account-" + i, ScriptedAccount.of("mailbox-" + i, ScriptedFolder.inbox(200)));
        }
        BackfillManager manager = engines.engine(
                "one",
                source.build(),
                engines.own(JdbcPersistence.dataSource(pool(3, isolation))
                        .schema(schema)
                        .open()),
                config -> config.maxConcurrentJobs(mailboxes)
                        .sharing(new Sharing(mailboxes, mailboxes, Duration.ofMinutes(1))));
        BulkResult started = manager.forUser(StoreEngines.USER).startAll(accounts, StoreEngines.request("any"));
        Until.is(
                "all jobs to complete",
                () -> manager.forUser(StoreEngines.USER)
                                .summary(JobFilter.bulk(started.id()))
                                .jobs()
                                .getOrDefault(JobState.COMPLETED, 0L)
                        == mailboxes);
        assertThat(engines.sink().counts().delivered()).isEqualTo(mailboxes * 200L);
    }

    @Test
    void limitsAreKeptWhateverTheHostsIsolation() throws Exception {
        int claims = 8;
        HikariDataSource pool = pool(claims, "TRANSACTION_REPEATABLE_READ");
        JobStore store = engines.own(
                        JdbcPersistence.dataSource(pool).schema(schema).open())
                .jobs();
        ExecutorService threads = Executors.newFixedThreadPool(claims);
        try {
            for (int round = 0; round < 10; round++) {
                List<Callable<Boolean>> all = new ArrayList<>();
                for (int i = 0; i < claims; i++) {
                    JobId id = new JobId("job-" + round + "-" + i);
                    store.insert(StoreJobs.job(id.value(), "user-" + round, "account-" + i));
                    all.add(() -> store.claim(id, "owner", StoreJobs.NOW, new JobLimits(2, 1_000))
                            .isPresent());
                }
                int given = 0;
                for (Future<Boolean> claim : threads.invokeAll(all)) {
                    given += claim.get() ? 1 : 0;
                }
                assertThat(given).as("jobs of one user at once").isEqualTo(2);
                assertThat(store.summary(UserId.of("user-" + round), JobFilter.states(JobState.RUNNING))
                                .jobs())
                        .containsEntry(JobState.RUNNING, 2L);
            }
        } finally {
            threads.shutdownNow();
        }
    }
}
