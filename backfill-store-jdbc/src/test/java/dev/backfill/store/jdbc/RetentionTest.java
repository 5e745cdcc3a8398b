package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNote;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.core.History;
import dev.backfill.core.time.SystemTime;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sqlite.SQLiteDataSource;

/** Engines forget old jobs by themselves, by time and by count, with the failure rows that belong to them, and never too much. */
class RetentionTest {
    private static final int MESSAGES = 5;
    private static final History KEEP_ALL = new History(Duration.ofDays(3_650), 10_000_000);

    @TempDir
    private Path folder;

    private final StoreEngines engines = new StoreEngines();
    private final SystemTime time = engines.own(new SystemTime());
    private final ScriptedSource source = ScriptedSource.builder()
            .mailbox(ScriptedFolder.inbox(MESSAGES))
            .faults(FaultScript.builder()
                    .failMessage("inbox-0000002", FaultScript.ALWAYS, "UNREADABLE")
                    .build())
            .build();
    private JdbcPersistence store;
    private DataSource database;
    private String tables = "";

    @AfterEach
    void close() {
        engines.close();
    }

    private void open(String dialect) {
        if (dialect.equals("sqlite")) {
            Path file = folder.resolve("jobs.db");
            SQLiteDataSource beside = new SQLiteDataSource();
            beside.setUrl("jdbc:sqlite:" + file);
            database = beside;
            tables = Tables.DEFAULT_PREFIX;
            store = engines.own(JdbcPersistence.file(file).open());
        } else {
            String schema = Postgres.newSchema();
            database = Postgres.dataSource();
            tables = schema + "." + Tables.DEFAULT_PREFIX;
            store = engines.own(
                    JdbcPersistence.dataSource(database).schema(schema).open());
        }
    }

    private BackfillManager engine(int daysAgo, History history) {
        return engines.engine(
                "days-ago-" + daysAgo,
                source,
                store,
                new SkewedTime(Duration.ofDays(-daysAgo), time),
                config -> config.history(history));
    }

    private static BackfillJob run(BackfillManager manager, BackfillRequest request) {
        JobId id = manager.forUser(StoreEngines.USER).start(request).id();
        StoreEngines.awaitState(manager, id, JobState.COMPLETED);
        BackfillJob job = manager.forUser(StoreEngines.USER).status(id);
        assertThat(job.progress().failed()).isEqualTo(1);
        return job;
    }

    /** A completed job with a failure row, of so many days ago. */
    private JobId completed(int daysAgo, String account) {
        try (BackfillManager manager = engine(daysAgo, KEEP_ALL)) {
            return run(manager, StoreEngines.request(account)).id();
        }
    }

    /** What is there of jobs, and what of failures, row by row. */
    private Set<JobId> jobsIn(String table, String column) {
        try (Connection connection = database.getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select " + column + " from " + tables + table)) {
            Set<JobId> ids = new HashSet<>();
            while (rows.next()) {
                ids.add(new JobId(rows.getString(1)));
            }
            return ids;
        } catch (SQLException refused) {
            throw new IllegalStateException(refused);
        }
    }

    /** Nobody asks for it: an engine that has nothing to do comes to it by itself. */
    private void awaitLeft(JobId... ids) {
        Set<JobId> left = Set.of(ids);
        Until.is("other jobs than these to go", () -> jobsIn("job", "id").equals(left));
        assertThat(jobsIn("failure", "job_id")).as("jobs with failure rows").isEqualTo(left);
        assertThat(jobsIn("partition", "job_id")).as("jobs with a plan").isEqualTo(left);
        assertThat(jobsIn("pin", "job_id")).as("jobs with pins").isEqualTo(left);
    }

    /** The job from which an incremental one begins is there whole. */
    private static void assertGoesOnFromTheLast(BackfillManager manager, String account) {
        BackfillRequest changes = BackfillRequest.builder(ScriptedSource.DEFAULT_ID, account)
                .mode(Mode.INCREMENTAL)
                .build();
        BackfillJob job = run(manager, changes);
        assertThat(job.notes()).extracting(JobNote::code).doesNotContain("READ_WHOLE");
        assertThat(job.progress().listed())
                .as("the failure of the last run, tried again")
                .isEqualTo(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "postgresql"})
    void jobsThatEndedLongAgoGoWithTheirFailuresAndTheNewestCompletedOfEachAccountStays(String dialect) {
        open(dialect);
        completed(100, "me");
        JobId newest = completed(60, "me");
        JobId elsewhere = completed(80, "other");
        completed(70, "third");
        JobId young = completed(20, "third");
        JobId youngToo = completed(10, "third");

        BackfillManager manager = engine(0, new History(Duration.ofDays(30), 10_000_000));

        awaitLeft(newest, elsewhere, young, youngToo);
        assertGoesOnFromTheLast(manager, "me");
    }

    @ParameterizedTest
    @ValueSource(strings = {"sqlite", "postgresql"})
    void ofMoreJobsThanAreKeptTheFirstToEndGoAndTheNewestCompletedOfEachAccountStays(String dialect) {
        open(dialect);
        completed(9, "me");
        JobId newest = completed(8, "me");
        completed(7, "other");
        completed(6, "other");
        JobId kept = completed(5, "other");
        JobId last = completed(4, "other");

        BackfillManager manager = engine(0, new History(Duration.ofDays(3_650), 2));

        awaitLeft(newest, kept, last);
        assertGoesOnFromTheLast(manager, "me");
    }
}
