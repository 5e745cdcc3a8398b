package dev.backfill.store.jdbc;

import static java.util.Objects.requireNonNull;

import java.sql.ResultSet;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Reads the columns of a row by their names. Not thread-safe; good until the next row. */
final class Row {
    private final ResultSet result;

    Row(ResultSet result) {
        this.result = result;
    }

    String text(String column) throws SQLException {
        return requireNonNull(result.getString(column), column);
    }

    @Nullable
    String textOrNull(String column) throws SQLException {
        return result.getString(column);
    }

    long number(String column) throws SQLException {
        return result.getLong(column);
    }

    int integer(String column) throws SQLException {
        return result.getInt(column);
    }

    boolean flag(String column) throws SQLException {
        return result.getLong(column) != 0;
    }

    Duration duration(String column) throws SQLException {
        return Duration.ofNanos(result.getLong(column));
    }

    Instant time(String column) throws SQLException {
        return Times.instant(result.getLong(column));
    }

    @Nullable
    Instant timeOrNull(String column) throws SQLException {
        long micros = result.getLong(column);
        return result.wasNull() ? null : Times.instant(micros);
    }
}
