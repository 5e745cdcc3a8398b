package dev.backfill.store.jdbc;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.StoreException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import javax.sql.DataSource;

/**
 * What the queue asks of the database besides db-scheduler, which claims, beats and revives. The rows are db-scheduler's: its
 * table, its columns, and its rule that every change of a row counts up the version. Thread-safe; methods throw
 * {@link StoreException} when the database cannot be reached.
 */
final class QueueTables {
    /** The one task; its instances are job ids. */
    static final String TASK = "backfill-job";

    private final DataSource dataSource;
    private final QueueDialect dialect;
    private final String executions;
    private final String jobs;

    /** A row that takes room, or will at once. */
    record Taken(JobId job, boolean picked) {}

    /**
     * Names the tables.
     *
     * @param dataSource connections with auto-commit
     * @param dialect which database it is
     * @param executions db-scheduler's table, with its schema if need be
     * @param jobs the job table, likewise; its columns {@code id} and {@code state} are read
     */
    QueueTables(DataSource dataSource, QueueDialect dialect, String executions, String jobs) {
        this.dataSource = dataSource;
        this.dialect = dialect;
        this.executions = executions;
        this.jobs = jobs;
    }

    /** The tables of a store. */
    static QueueTables of(Database database) {
        Tables tables = database.tables();
        QueueDialect dialect = switch (database.dialect()) {
            case POSTGRESQL -> QueueDialect.POSTGRESQL;
            case SQLITE -> QueueDialect.SQLITE;
        };
        return new QueueTables(database.dataSource(), dialect, tables.executions(), tables.job());
    }

    DataSource dataSource() {
        return dataSource;
    }

    QueueDialect dialect() {
        return dialect;
    }

    String executions() {
        return executions;
    }

    /** The database's time. */
    Instant time() {
        return with("The database's time could not be read", dialect.timeQuery(), statement -> {
            try (ResultSet rows = statement.executeQuery()) {
                rows.next();
                return dialect.time(rows);
            }
        });
    }

    /** The rows that a scheduler picked, and those that are due and nobody's. */
    List<Taken> taken(String scheduler, Instant now, int limit) {
        String sql = "select task_instance, picked from " + executions
                + " where task_name = ? and ((picked = ? and picked_by = ?) or (picked = ? and execution_time <= ?)) limit "
                + limit;
        return with("The free slots could not be counted", sql, statement -> {
            statement.setString(1, TASK);
            statement.setBoolean(2, true);
            statement.setString(3, scheduler);
            statement.setBoolean(4, false);
            customization().setInstant(statement, 5, now);
            try (ResultSet rows = statement.executeQuery()) {
                List<Taken> taken = new ArrayList<>();
                while (rows.next()) {
                    taken.add(new Taken(new JobId(rows.getString(1)), rows.getBoolean(2)));
                }
                return taken;
            }
        });
    }

    /**
     * Makes an execution that is due, or makes one due that waits for its time. One statement: db-scheduler's client asks,
     * inserts and asks again, and fails if the execution came and went in between.
     *
     * @return false if there is one already that is due or picked
     */
    boolean offer(JobId id, Instant now) {
        String sql = "insert into " + executions + " as e (task_name, task_instance, execution_time, picked, version)"
                + " values (?, ?, ?, ?, ?) on conflict (task_name, task_instance) do update"
                + " set execution_time = excluded.execution_time, version = e.version + 1"
                + " where e.picked = excluded.picked and e.execution_time > excluded.execution_time";
        return with("Job " + id + " could not be offered", sql, statement -> {
                    statement.setString(1, TASK);
                    statement.setString(2, id.value());
                    customization().setInstant(statement, 3, now);
                    statement.setBoolean(4, false);
                    statement.setLong(5, firstVersion(now));
                    return statement.executeUpdate();
                })
                > 0;
    }

    /**
     * Where the versions of a new execution begin: far beyond those of one of the same job that is gone. Otherwise whoever held that
     * one, and was frozen meanwhile, would pass for the holder of this one, with db-scheduler and with us, and take it away at its
     * end.
     */
    private static long firstVersion(Instant now) {
        return Times.micros(now);
    }

    /** The version of an execution; empty if it is gone. */
    OptionalLong version(JobId id) {
        String sql = "select version from " + executions + " where task_name = ? and task_instance = ?";
        return with("The execution of job " + id + " could not be read", sql, statement -> {
            statement.setString(1, TASK);
            statement.setString(2, id.value());
            try (ResultSet rows = statement.executeQuery()) {
                return rows.next() ? OptionalLong.of(rows.getLong(1)) : OptionalLong.empty();
            }
        });
    }

    /**
     * Gives an execution that is due to each job that is RUNNING and has none: a crash, or a frozen owner that woke, came between
     * the write of the store and that of the queue; or whoever gave the job back named a time by a clock that is ahead. One
     * statement, so that any number of instances may do it at once; a run that ends settles its job before its execution goes, so
     * none is seen between.
     *
     * @return how many there were
     */
    int adoptOrphans(Instant now) {
        String sql = "insert into " + executions
                + " as e (task_name, task_instance, execution_time, picked, version)"
                + " select '" + TASK + "', j.id, ?, ?, ? from " + jobs + " j where j.state = ?"
                + " and not exists (select 1 from " + executions + " x where x.task_name = '" + TASK
                + "' and x.task_instance = j.id and (x.picked = ? or x.execution_time <= ?))"
                + " on conflict (task_name, task_instance) do update"
                + " set execution_time = excluded.execution_time, version = e.version + 1"
                + " where e.picked = excluded.picked and e.execution_time > excluded.execution_time";
        return with("Jobs that nobody runs could not be looked for", sql, statement -> {
            customization().setInstant(statement, 1, now);
            statement.setBoolean(2, false);
            statement.setLong(3, firstVersion(now));
            statement.setString(4, JobState.RUNNING.code());
            statement.setBoolean(5, true);
            customization().setInstant(statement, 6, now);
            return statement.executeUpdate();
        });
    }

    /**
     * Makes all executions due that somebody picked. For the only owner of the database, before it starts a queue: whoever
     * picked them is dead, and need not be waited for.
     *
     * @return how many there were
     */
    int requeuePicked(Instant now) {
        String sql = "update " + executions + " set picked = ?, picked_by = null, last_heartbeat = null,"
                + " execution_time = ?, version = version + 1 where task_name = ? and picked = ?";
        return with("The jobs of the process before could not be taken over", sql, statement -> {
            statement.setBoolean(1, false);
            customization().setInstant(statement, 2, now);
            statement.setString(3, TASK);
            statement.setBoolean(4, true);
            return statement.executeUpdate();
        });
    }

    private JdbcCustomization customization() {
        return dialect.customization();
    }

    private <T> T with(String failure, String sql, Work<T> work) {
        try (Connection connection = dataSource.getConnection();
                PreparedStatement statement = connection.prepareStatement(sql)) {
            T result = work.run(statement);
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
            return result;
        } catch (SQLException refused) {
            throw new StoreException(failure + ".", refused);
        }
    }

    /** Fills in a statement, runs it and reads the answer. */
    @FunctionalInterface
    private interface Work<T> {
        T run(PreparedStatement statement) throws SQLException;
    }
}
