package dev.backfill.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.backfill.api.JobId;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobStore;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import javax.sql.DataSource;

/** An empty store for a test of the queue, which looks at the executions from beside. */
final class QueueDatabase implements AutoCloseable {
    private final Database database;
    private final AutoCloseable owned;

    private QueueDatabase(Database database, AutoCloseable owned) {
        this.database = database;
        this.owned = owned;
    }

    static QueueDatabase postgres() {
        return new QueueDatabase(
                SharedDatabase.open(
                        Postgres.dataSource(),
                        Postgres.newSchema(),
                        Tables.DEFAULT_PREFIX,
                        QueueTimings.DEFAULT.standstill()),
                () -> {});
    }

    /** On a server of the test's own. */
    static QueueDatabase on(String url) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(url);
        config.setMaximumPoolSize(8);
        config.setMinimumIdle(0);
        config.setConnectionTimeout(1_000);
        HikariDataSource pool = new HikariDataSource(config);
        return new QueueDatabase(
                SharedDatabase.open(pool, null, Tables.DEFAULT_PREFIX, QueueTimings.DEFAULT.standstill()), pool);
    }

    static QueueDatabase sqlite(Path folder) {
        Tables tables = new Tables(null, Tables.DEFAULT_PREFIX);
        SqliteFile file = SqliteFile.open(folder.resolve("queue.db"), tables);
        return new QueueDatabase(new Database(Dialect.SQLITE, file.writer(), file.reader(), tables), file);
    }

    QueueTables tables() {
        return QueueTables.of(database);
    }

    /** For an instance whose connections go another way. */
    QueueTables tables(DataSource way) {
        return QueueTables.of(new Database(database.dialect(), way, way, database.tables()));
    }

    DataSource dataSource() {
        return database.dataSource();
    }

    JobStore store() {
        return new JdbcJobStore(database);
    }

    String executionTable() {
        return database.tables().executions();
    }

    /** Stores a job that waits to be run. */
    void addQueued(String id) {
        store().insert(StoreJobs.job(id, "user-" + id, "account-" + id));
    }

    /** Stores a job that was claimed by an instance that is no more. */
    void addRunning(String id) {
        addQueued(id);
        if (store().claim(new JobId(id), "dead", StoreJobs.NOW, JobLimits.NONE).isEmpty()) {
            throw new AssertionError(id + " was not given");
        }
    }

    /** Ends a job as a run would. */
    void complete(String id) {
        execute("update " + database.tables().job() + " set state = 'completed' where id = '" + id + "'");
    }

    /** The ids of all jobs with an execution, each with a star if it is picked. */
    List<String> executions() {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery(
                        "select task_instance, picked from " + executionTable() + " order by task_instance")) {
            List<String> found = new ArrayList<>();
            while (rows.next()) {
                found.add(rows.getString(1) + (rows.getBoolean(2) ? "*" : ""));
            }
            return found;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    /** True if every heartbeat is younger than this, by SQLite's time. */
    boolean isBeaten(Duration age) {
        long youngest = tables().time().minus(age).toEpochMilli();
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select min(last_heartbeat) from " + executionTable())) {
            return rows.next() && rows.getLong(1) > youngest;
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    void execute(String sql) {
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            statement.execute(sql);
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    @Override
    public void close() {
        try {
            owned.close();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
