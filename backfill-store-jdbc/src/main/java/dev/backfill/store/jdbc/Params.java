package dev.backfill.store.jdbc;

import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.sql.Types;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** Fills in a statement's parameters from left to right. Not thread-safe. */
final class Params {
    private final PreparedStatement statement;
    private int next = 1;

    Params(PreparedStatement statement) {
        this.statement = statement;
    }

    Params text(@Nullable String value) throws SQLException {
        statement.setString(next++, value);
        return this;
    }

    Params number(long value) throws SQLException {
        statement.setLong(next++, value);
        return this;
    }

    Params flag(boolean value) throws SQLException {
        return number(value ? 1 : 0);
    }

    Params duration(Duration value) throws SQLException {
        return number(value.toNanos());
    }

    Params time(@Nullable Instant value) throws SQLException {
        if (value == null) {
            statement.setNull(next++, Types.BIGINT);
            return this;
        }
        return number(Times.micros(value));
    }
}
