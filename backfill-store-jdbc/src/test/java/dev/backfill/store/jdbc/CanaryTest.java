package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobFailure;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.StoreException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What the store keeps, byte by byte and column by column, and what its errors say. */
class CanaryTest {
    @TempDir
    Path folder;

    /**
     * The SPI has no field for mail or tokens, so what must not be kept can only come in through a column that should not be
     * there: each new column has to be added here by somebody who thought of it.
     */
    @Test
    void everyColumnIsKnown() throws SQLException {
        Path file = folder.resolve("store.db");
        JdbcPersistence.file(file).open().close();
        TreeSet<String> texts = new TreeSet<>();
        try (Connection connection = DriverManager.getConnection("jdbc:sqlite:" + file);
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select m.name || '.' || c.name from sqlite_master m,"
                        + " pragma_table_info(m.name) c where m.type = 'table' and lower(c.type) in ('text', 'blob')"
                        + " and m.name not like '%history'")) {
            while (rows.next()) {
                texts.add(rows.getString(1).replace("backfill_", ""));
            }
        }
        assertThat(texts)
                .containsExactly(
                        "budget.budget_key",
                        "budget.grants",
                        "failure.job_id",
                        "failure.kind",
                        "failure.message_id",
                        "failure.reason",
                        "failure.scope",
                        "failure.stage",
                        "job.account",
                        "job.bulk_id",
                        "job.failure_code",
                        "job.failure_message",
                        "job.id",
                        "job.mailbox_key",
                        "job.notes",
                        "job.owner",
                        "job.phase",
                        "job.provider",
                        "job.request",
                        "job.retry_of",
                        "job.state",
                        "job.total_kind",
                        "job.user_id",
                        "job.waiting_reason",
                        "job.wanted",
                        "partition.job_id",
                        "partition.kind",
                        "partition.partition_id",
                        "partition.position",
                        "partition.scope",
                        "partition.token",
                        "pin.job_id",
                        "pin.scope",
                        "pin.token",
                        "schedule.account",
                        "schedule.cron",
                        "schedule.id",
                        "schedule.last_job",
                        "schedule.provider",
                        "schedule.request",
                        "schedule.user_id",
                        "schedule.zone",
                        "scheduled_tasks.picked_by",
                        "scheduled_tasks.task_data",
                        "scheduled_tasks.task_instance",
                        "scheduled_tasks.task_name");
    }

    /** What a failed function of the engine says, with mail in it, is thrown on and kept nowhere. */
    @Test
    void whatARefusedWriteHeldIsNowhereInTheFiles() throws IOException {
        try (JdbcPersistence persistence =
                JdbcPersistence.file(folder.resolve("store.db")).open()) {
            JobStore store = persistence.jobs();
            JobRecord job = StoreJobs.job("j1", "user", "account");
            store.insert(job);
            Lease lease =
                    store.claim(job.id(), "a", StoreJobs.NOW, JobLimits.NONE).orElseThrow();
            store.write(lease, checkpoint("kept"), row -> row);
            org.assertj.core.api.Assertions.assertThatThrownBy(() -> store.write(lease, checkpoint("canary"), row -> {
                        throw new IllegalStateException("canary subject, canary-token");
                    }))
                    .hasMessageContaining("canary");
            assertThat(files()).contains("kept-message").doesNotContain("canary");
        }
        assertThat(files()).contains("kept-message").doesNotContain("canary");
    }

    /** A database names the values that broke a rule; an address among them must not come out of the store's own words. */
    @Test
    void errorsNameJobsAndNothingElse() throws SQLException {
        String schema = Postgres.newSchema();
        try (JdbcPersistence persistence =
                JdbcPersistence.dataSource(Postgres.dataSource()).schema(schema).open()) {
            JobStore store = persistence.jobs();
            store.insert(StoreJobs.job("j1", "canary-user", "canary@example.org"));
            JobConflictException conflict = org.assertj.core.api.Assertions.catchThrowableOfType(
                    JobConflictException.class,
                    () -> store.insert(StoreJobs.job("j2", "canary-user", "canary@example.org")));
            assertThat(conflict).hasMessageContaining("j1").message().doesNotContain("canary");
            try (Connection connection = Postgres.dataSource().getConnection();
                    Statement statement = connection.createStatement()) {
                statement.execute("drop table " + schema + ".backfill_job cascade");
            }
            StoreException gone = org.assertj.core.api.Assertions.catchThrowableOfType(
                    StoreException.class, () -> store.insert(StoreJobs.job("j3", "canary-user", "canary@example.org")));
            assertThat(gone).hasMessage("Job j3 could not be stored.").hasCauseInstanceOf(SQLException.class);
            assertThat(gone.getCause().getMessage()).doesNotContain("canary");
        }
    }

    private static Checkpoint checkpoint(String word) {
        return new Checkpoint(
                List.of(PartitionRecord.fresh(Partition.changes("inbox", word + "-pin"), 0)),
                Map.of("inbox", word + "-pin"),
                List.of(new FailureRecord(
                        1,
                        FailureRef.message("inbox", word + "-message"),
                        JobFailure.Stage.FETCH,
                        JobFailure.Kind.SKIP_MESSAGE,
                        word,
                        StoreJobs.NOW)));
    }

    private String files() throws IOException {
        StringBuilder all = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.toList()) {
                all.append(Files.readString(file, StandardCharsets.ISO_8859_1));
            }
        }
        return all.toString();
    }
}
