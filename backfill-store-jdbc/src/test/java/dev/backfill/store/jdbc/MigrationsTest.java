package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.BackfillException;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobState;
import dev.backfill.spi.Quota;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MigrationsTest {
    private static final String FUTURE = "insert into %s (installed_rank, version, description, type, script, checksum,"
            + " installed_by, installed_on, execution_time, success) values (99, '99', 'of the future', 'SQL', 'V99__x.sql', 1,"
            + " 'x', current_timestamp, 1, true)";

    @TempDir
    Path folder;

    @Test
    void tablesNewerThanTheCodeAreRefusedInAPostgres() throws SQLException {
        String schema = Postgres.newSchema();
        postgres(schema, "backfill_").close();
        execute(FUTURE.formatted(schema + ".backfill_schema_history"));
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() -> postgres(schema, "backfill_"))
                .withMessageContaining("version 99")
                .satisfies(refused -> assertThat(refused.code()).isEqualTo(JdbcPersistence.SETUP_CODE));
    }

    @Test
    void tablesNewerThanTheCodeAreRefusedInAFile() throws SQLException {
        Path file = folder.resolve("store.db");
        JdbcPersistence.file(file).open().close();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute(FUTURE.formatted("backfill_schema_history"));
        }
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() -> JdbcPersistence.file(file).open())
                .withMessageContaining("version 99");
        // A refusal holds on to nothing: the next one says the same, not that the file is in use
        assertThatExceptionOfType(BackfillException.class)
                .isThrownBy(() -> JdbcPersistence.file(file).open())
                .withMessageContaining("version 99");
    }

    @Test
    void aFileOfTheFirstVersionIsBroughtUpToDateWithItsJobs() throws SQLException {
        Path file = folder.resolve("store.db");
        try (JdbcPersistence store = JdbcPersistence.file(file).open()) {
            store.jobs().insert(StoreJobs.job("j1", "user", "account"));
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement()) {
            statement.execute("drop table backfill_budget");
            statement.execute("drop index backfill_job_served");
            statement.execute("alter table backfill_job drop column claimed_at");
            statement.execute("delete from backfill_schema_history where version in ('2', '3', '4')");
        }
        try (JdbcPersistence store = JdbcPersistence.file(file).open()) {
            assertThat(store.jobs().find(StoreJobs.job("j1", "user", "account").id()))
                    .isPresent();
            Quota budget = new Quota("any", Quota.Measure.UNITS, Quota.Scope.PROJECT, 10, Duration.ofMinutes(1));
            assertThat(store.budgets().draw("key", budget, 10).amount()).isEqualTo(10);
        }
    }

    @Test
    void tablesAreWhereTheyWereAskedForAndNowhereElse() throws SQLException {
        String schema = Postgres.newSchema();
        postgres(schema, "mail_").close();
        assertThat(strings("select table_name from information_schema.tables where table_schema = '" + schema + "'"))
                .containsExactlyInAnyOrder(
                        "mail_job",
                        "mail_partition",
                        "mail_pin",
                        "mail_failure",
                        "mail_schedule",
                        "mail_budget",
                        "mail_scheduled_tasks",
                        "mail_schema_history");
        assertThat(strings("select table_name from information_schema.tables where table_schema = 'public'"
                        + " and table_name like 'mail%'"))
                .isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "a_", "b_"})
    void storesShareASchemaBesideTablesOfTheHost(String prefix) throws SQLException {
        String schema = Postgres.newSchema();
        execute("create schema " + schema);
        execute("create table " + schema + ".customers (id text)");
        try (JdbcPersistence other = postgres(schema, "other_");
                JdbcPersistence mine = postgres(schema, prefix);
                JdbcPersistence again = postgres(schema, prefix)) {
            other.jobs().insert(StoreJobs.job("j1", "user", "account"));
            mine.jobs().insert(StoreJobs.job("j2", "user", "account"));
            assertThat(again.jobs().find(StoreJobs.job("j2", "user", "account").id()))
                    .isPresent();
            assertThat(again.jobs().summary(null, JobFilter.all()).jobs()).containsEntry(JobState.QUEUED, 1L);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"", "mail_"})
    void aFileTakesThePrefixToo(String prefix) throws SQLException {
        Path file = folder.resolve("store.db");
        try (JdbcPersistence store =
                JdbcPersistence.file(file).tablePrefix(prefix).open()) {
            store.jobs().insert(StoreJobs.job("j1", "user", "account"));
        }
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from " + prefix + "job")) {
            assertThat(rows.getInt(1)).isEqualTo(1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"Mail_", "1_", "mail-", "x; drop table y; --", "\"", "a_name_that_is_much_too_long_to_be_one_"})
    void aPrefixThatIsNoNameIsRefused(String prefix) {
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> JdbcPersistence.file(folder.resolve("store.db"))
                        .tablePrefix(prefix)
                        .open());
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> JdbcPersistence.dataSource(Postgres.dataSource())
                        .schema(prefix + "!")
                        .open());
    }

    /** A store of the first version is brought up to date where it is, with all that is in it. */
    @Test
    void tablesOfTheFirstVersionAreBroughtUpToDateWithTheirJobs() throws SQLException {
        String schema = Postgres.newSchema();
        try (JdbcPersistence store = postgres(schema, "backfill_")) {
            store.jobs().insert(StoreJobs.job("j1", "user", "account"));
        }
        execute("drop table " + schema + ".backfill_budget");
        execute("alter table " + schema + ".backfill_job drop column claimed_at");
        execute("delete from " + schema + ".backfill_schema_history where version in ('2', '3', '4')");

        try (JdbcPersistence store = postgres(schema, "backfill_")) {
            assertThat(store.jobs().find(StoreJobs.job("j1", "user", "account").id()))
                    .isPresent();
            Quota budget = new Quota("any", Quota.Measure.UNITS, Quota.Scope.PROJECT, 10, Duration.ofMinutes(1));
            assertThat(store.budgets().draw("key", budget, 10).amount()).isEqualTo(10);
        }
    }

    /** An empty schema and one with tables of the host take different ways through Flyway. */
    @ParameterizedTest
    @ValueSource(booleans = {false, true})
    void instancesThatStartAtOnceMakeTheTablesOnce(boolean hostHasTables) throws Exception {
        for (int round = 0; round < 3; round++) {
            String schema = Postgres.newSchema();
            if (hostHasTables) {
                execute("create schema " + schema);
                execute("create table " + schema + ".customers (id text)");
            }
            startAtOnce(schema);
            assertThat(strings("select version from " + schema + ".backfill_schema_history where version <> '0'"))
                    .containsExactlyInAnyOrder("1", "2", "3", "4");
        }
    }

    private static void startAtOnce(String schema) throws InterruptedException {
        List<Callable<JdbcPersistence>> starts = Collections.nCopies(4, () -> postgres(schema, "backfill_"));
        ExecutorService threads = Executors.newFixedThreadPool(starts.size());
        try {
            for (Future<JdbcPersistence> start : threads.invokeAll(starts)) {
                opened(start).close();
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private static JdbcPersistence opened(Future<JdbcPersistence> start) throws InterruptedException {
        try {
            return start.get();
        } catch (ExecutionException refused) {
            throw new AssertionError("an instance could not start", refused.getCause());
        }
    }

    private static JdbcPersistence postgres(String schema, String prefix) {
        return JdbcPersistence.dataSource(Postgres.dataSource())
                .schema(schema)
                .tablePrefix(prefix)
                .open();
    }

    private static void execute(String sql) throws SQLException {
        try (Connection connection = Postgres.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    private static List<String> strings(String sql) throws SQLException {
        try (Connection connection = Postgres.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1));
            }
            return found;
        }
    }
}
