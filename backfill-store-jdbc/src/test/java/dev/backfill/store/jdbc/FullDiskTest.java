package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserJobs;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A disk without room, as SQLite sees one: its file may not grow. */
class FullDiskTest {
    private static final int MESSAGES = 2_000;
    private static final long NO_BOUND = 1_000_000;
    private static final int WRITERS = 8;

    @TempDir
    private Path folder;

    private final StoreEngines engines = new StoreEngines();
    private volatile long mostPages = NO_BOUND;
    private SqliteFile file;
    private TestPersistence store;

    @BeforeEach
    void open() {
        Tables tables = new Tables(null, Tables.DEFAULT_PREFIX);
        file = engines.own(SqliteFile.open(folder.resolve("jobs.db"), tables, BoundedDataSource::new));
        store = new TestPersistence(
                new Database(Dialect.SQLITE, file.writer(), file.reader(), tables),
                JdbcJobQueueTest.QUICK,
                MonotonicTime.SYSTEM,
                MonotonicTime.WALL_MILLIS);
    }

    @AfterEach
    void close() {
        engines.close();
    }

    /** The bound belongs to a connection: to the one that is open, and to those that are opened instead of it. */
    private void allow(long pages) throws SQLException {
        mostPages = pages;
        try (Connection connection = file.writer().getConnection()) {
            bound(connection);
        }
    }

    private long pages() throws SQLException {
        try (Connection connection = file.writer().getConnection();
                Statement statement = connection.createStatement();
                ResultSet count = statement.executeQuery("pragma page_count")) {
            return count.getLong(1);
        }
    }

    private void bound(Connection connection) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute("pragma max_page_count = " + mostPages);
        }
    }

    @Test
    void aJobWaitsUntilThereIsRoomAndGoesOn() throws SQLException {
        Gate gate = Gate.shut();
        ScriptedSource source = ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES))
                .windowMessages(200)
                .faults(FaultScript.builder().block(At.window(2, 1), gate).build())
                .build();
        BackfillManager manager = engines.engine("one", source, store);
        UserJobs jobs = manager.forUser(StoreEngines.USER);
        JobId id = jobs.start(StoreEngines.request("me")).id();
        gate.awaitEntered(1);
        // Fewer than there are is taken for as many as there are.
        allow(1);
        // Jobs of an earlier day would be forgotten while they are counted.
        Instant now = Instant.now();
        int[] stored = {0};
        assertThatThrownBy(() -> {
                    while (true) {
                        JobRecord ended = StoreJobs.job("ended-" + stored[0], "u2", "account-" + stored[0], now);
                        store.jobs()
                                .insert(ended.toBuilder()
                                        .state(JobState.CANCELLED)
                                        .build());
                        stored[0]++;
                    }
                })
                .isInstanceOf(StoreException.class);
        assertThat(manager.admin().summary(JobFilter.all()).jobs().getOrDefault(JobState.CANCELLED, 0L))
                .as("what was refused is not there")
                .isEqualTo(stored[0]);
        gate.open();
        assertThatThrownBy(() -> jobs.start(StoreEngines.request("another"))).isInstanceOf(StoreException.class);

        allow(NO_BOUND);
        Until.is("the job to complete", () -> jobs.status(id).state() == JobState.COMPLETED);
        assertThat(jobs.status(id).progress().published()).isEqualTo(MESSAGES);
        assertThat(engines.sink().distinct()).isEqualTo(MESSAGES);
        assertThat(jobs.start(StoreEngines.request("another")).state()).isEqualTo(JobState.QUEUED);
    }

    /** Whoever was told that its write is there finds it, and whoever was refused does not, though they shared commits. */
    @Test
    void ofManyWritersAtOnceEachIsToldTheTruthAndAllGoOnWhenThereIsRoom() throws Exception {
        ExecutorService writers = Executors.newFixedThreadPool(WRITERS);
        try {
            Set<String> accepted = new TreeSet<>();
            // More than once, since who finds the disk full may be the first of those that share a commit.
            for (int round = 0; round < 5; round++) {
                allow(pages() + 5);
                List<Future<Set<String>>> all = new ArrayList<>();
                for (int writer = 0; writer < WRITERS; writer++) {
                    String name = "writer-" + writer + "-" + round;
                    all.add(writers.submit(() -> insertUntilRefused(name)));
                }
                for (Future<Set<String>> one : all) {
                    accepted.addAll(one.get(1, TimeUnit.MINUTES));
                }
                assertThat(stored()).isEqualTo(accepted);
            }
            assertThat(accepted).hasSizeGreaterThan(WRITERS);

            allow(NO_BOUND);
            List<Future<?>> again = new ArrayList<>();
            for (int writer = 0; writer < WRITERS; writer++) {
                String id = "later-" + writer;
                accepted.add(id);
                again.add(writers.submit(() -> store.jobs().insert(ended(id))));
            }
            for (Future<?> one : again) {
                one.get(1, TimeUnit.MINUTES);
            }
            assertThat(stored()).isEqualTo(accepted);
        } finally {
            writers.shutdownNow();
        }
    }

    private Set<String> insertUntilRefused(String writer) {
        Set<String> accepted = new TreeSet<>();
        while (true) {
            String id = writer + "-" + accepted.size();
            try {
                store.jobs().insert(ended(id));
            } catch (StoreException full) {
                return accepted;
            }
            accepted.add(id);
        }
    }

    private static JobRecord ended(String id) {
        return StoreJobs.job(id, "u2", "account-" + id, Instant.now()).toBuilder()
                .state(JobState.CANCELLED)
                .build();
    }

    private Set<String> stored() {
        Set<String> ids = new TreeSet<>();
        String cursor = null;
        do {
            Page<JobRecord> page = store.jobs().list(null, JobFilter.all(), new PageRequest(100, cursor));
            page.items().forEach(job -> ids.add(job.id().value()));
            cursor = page.nextCursor();
        } while (cursor != null);
        return ids;
    }

    /** Opens connections whose file may not grow beyond the bound of the moment. */
    private final class BoundedDataSource extends DataSourceWrapper {
        BoundedDataSource(DataSource real) {
            super(real);
        }

        @Override
        public Connection getConnection() throws SQLException {
            Connection connection = super.getConnection();
            bound(connection);
            return connection;
        }
    }
}
