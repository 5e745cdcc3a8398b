package dev.backfill.store.jdbc;

import com.github.kagkarlsson.scheduler.jdbc.JdbcCustomization;
import com.github.kagkarlsson.scheduler.jdbc.PostgreSqlJdbcCustomization;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Instant;
import java.time.OffsetDateTime;

/** What the databases do differently for the queue. */
enum QueueDialect {
    /** Shared by instances: {@code timestamp with time zone}, SKIP LOCKED. */
    POSTGRESQL(false, new PostgreSqlJdbcCustomization(false, false), "select clock_timestamp()") {
        @Override
        Instant time(ResultSet row) throws SQLException {
            return row.getObject(1, OffsetDateTime.class).toInstant();
        }
    },

    /** One file, one process: whoever holds it owns all that is in it. */
    SQLITE(true, new SqliteLockAndFetch(), "select (julianday('now') - 2440587.5) * 86400000.0") {
        @Override
        Instant time(ResultSet row) throws SQLException {
            return Instant.ofEpochMilli(Math.round(row.getDouble(1)));
        }
    };

    private final boolean exclusive;
    // Holds two flags and no state.
    private final JdbcCustomization customization;
    private final String timeQuery;

    QueueDialect(boolean exclusive, JdbcCustomization customization, String timeQuery) {
        this.exclusive = exclusive;
        this.customization = customization;
        this.timeQuery = timeQuery;
    }

    /** True if no other process can run the jobs. */
    boolean exclusive() {
        return exclusive;
    }

    /** How db-scheduler speaks to the database. */
    JdbcCustomization customization() {
        return customization;
    }

    /** Asks for the database's time at this moment, also inside a transaction. */
    String timeQuery() {
        return timeQuery;
    }

    /** Reads the answer to {@link #timeQuery()}. */
    abstract Instant time(ResultSet row) throws SQLException;
}
