package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobFilter;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ten thousand queued jobs: what is asked each second or by a host that pages must not read them all. */
class ManyJobsTest {
    private static final int JOBS = 10_000;
    private static final Duration AGE_STEP = Duration.ofMinutes(5);

    @TempDir
    Path folder;

    @Test
    void tenThousandJobsInAFile() throws SQLException {
        Path file = folder.resolve("store.db");
        try (JdbcPersistence persistence = JdbcPersistence.file(file).open()) {
            report("sqlite", persistence.jobs());
        }
        try (Connection connection = java.sql.DriverManager.getConnection("jdbc:sqlite:" + file)) {
            assertIndexed(connection, "explain query plan ", "backfill_job", "SCAN backfill_job$", "USE TEMP B-TREE");
            assertAccountIndexed(connection, "explain query plan ", "backfill_job", "SCAN backfill_job( |$)");
        }
    }

    @Test
    void tenThousandJobsInAPostgres() throws SQLException {
        String schema = Postgres.newSchema();
        try (JdbcPersistence persistence =
                JdbcPersistence.dataSource(Postgres.dataSource()).schema(schema).open()) {
            report("postgresql", persistence.jobs());
        }
        try (Connection connection = Postgres.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute("analyze " + schema + ".backfill_job");
            assertIndexed(connection, "explain ", schema + ".backfill_job", "Seq Scan", "Sort  ");
            assertAccountIndexed(connection, "explain ", schema + ".backfill_job", "Seq Scan");
        }
    }

    private static void report(String name, JobStore store) {
        List<JobRecord> jobs = new ArrayList<>();
        for (int i = 0; i < JOBS; i++) {
            Instant created = StoreJobs.NOW.plusMillis(i);
            jobs.add(StoreJobs.job("job-" + i, "user-" + i % 500, "account-" + i, created).toBuilder()
                    .bulkId("bulk-" + i % 10)
                    .build());
        }
        UserId user = UserId.of("user-7");
        Instant now = StoreJobs.NOW.plusSeconds(3_600);
        long begin = System.nanoTime();
        assertThat(store.insertAll(jobs)).isEmpty();
        long inserted = (System.nanoTime() - begin) / 1_000_000;
        Page<JobRecord> deep = deepPage(store);
        long list = millis(() -> store.list(null, JobFilter.all(), PageRequest.first(100)));
        long listDeep = millis(() -> store.list(null, JobFilter.all(), new PageRequest(100, deep.nextCursor())));
        long listUser = millis(() -> store.list(user, JobFilter.states(JobState.QUEUED), PageRequest.first(100)));
        long listAccount = millis(() -> store.list(null, of(null, "account-77"), PageRequest.first(100)));
        long listProvider = millis(() -> store.list(null, of("scripted", null), PageRequest.first(100)));
        // No index has providers first, of which there are two or three: one that has no job is looked for among all.
        long listNoProvider = millis(() -> store.list(null, of("none", null), PageRequest.first(100)));
        long count = millis(() -> store.summary(null, JobFilter.all()));
        long countUser = millis(() -> store.summary(user, JobFilter.all()));
        long runnable = millis(() -> store.runnable(now, AGE_STEP, new JobLimits(3, 50), 50));
        System.out.printf(
                Locale.ROOT,
                "%s, %d queued jobs, ms: insertAll %d, list 100 %d, list 100 from the 9,000th %d, list a user's %d,"
                        + " list an account's %d, list a provider's %d, list one's without jobs %d,"
                        + " count all %d, count a user's %d, runnable %d%n",
                name,
                JOBS,
                inserted,
                list,
                listDeep,
                listUser,
                listAccount,
                listProvider,
                listNoProvider,
                count,
                countUser,
                runnable);
        assertThat(store.summary(null, JobFilter.bulk("bulk-3")).jobs()).containsEntry(JobState.QUEUED, 1_000L);
        assertThat(store.runnable(now, AGE_STEP, new JobLimits(3, 50), 50)).hasSize(50);
        // Wide, for a busy machine; what is meant is tens of milliseconds
        assertThat(List.of(
                        list,
                        listDeep,
                        listUser,
                        listAccount,
                        listProvider,
                        listNoProvider,
                        count,
                        countUser,
                        runnable))
                .allSatisfy(millis -> assertThat(millis).isLessThan(1_000));
    }

    private static JobFilter of(@Nullable String provider, @Nullable String account) {
        return new JobFilter(Set.of(), provider, account, null);
    }

    private static Page<JobRecord> deepPage(JobStore store) {
        Page<JobRecord> page = store.list(null, JobFilter.all(), PageRequest.first(1_000));
        for (int i = 0; i < 8; i++) {
            page = store.list(null, JobFilter.all(), new PageRequest(1_000, page.nextCursor()));
        }
        return page;
    }

    private static long millis(Supplier<?> work) {
        Object first = work.get();
        assertThat(first).isNotNull();
        long begin = System.nanoTime();
        Object result = work.get();
        long took = (System.nanoTime() - begin) / 1_000_000;
        assertThat(result).isNotNull();
        return took;
    }

    private static void assertIndexed(Connection connection, String explain, String table, String fullScan, String sort)
            throws SQLException {
        String page = " order by created_at desc, id desc limit 101";
        for (String where : List.of(
                "",
                " where (created_at, id) < (1772600767890000, 'job-9')",
                " where user_id = 'user-7'",
                " where user_id = 'user-7' and state in ('queued')",
                " where state in ('failed')",
                " where provider = 'scripted'",
                " where account = 'account-77' and provider = 'scripted' and user_id = 'user-7'",
                " where bulk_id = 'bulk-3' and (created_at, id) < (1772600767890000, 'job-9')")) {
            String plan = plan(connection, explain + "select * from " + table + where + page);
            assertThat(plan).as("list%s", where).doesNotContainPattern("(?m)" + fullScan);
            if (!plan.contains("Bitmap")) {
                assertThat(plan).as("list%s", where).doesNotContain(sort);
            }
        }
    }

    /** Whatever the user: the few jobs of one account are sorted once they are found. */
    private static void assertAccountIndexed(Connection connection, String explain, String table, String fullScan)
            throws SQLException {
        assertThat(plan(
                        connection,
                        explain + "select * from " + table
                                + " where account = 'account-77' order by created_at desc, id desc limit 101"))
                .doesNotContainPattern("(?m)" + fullScan);
    }

    private static String plan(Connection connection, String sql) throws SQLException {
        try (Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(sql)) {
            StringBuilder plan = new StringBuilder();
            int last = rows.getMetaData().getColumnCount();
            while (rows.next()) {
                plan.append(rows.getString(last)).append('\n');
            }
            return plan.toString();
        }
    }
}
