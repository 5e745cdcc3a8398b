package dev.backfill.store.jdbc;

import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** What can be done within one transaction. Not thread-safe; good until the transaction ends. */
final class Session {
    private final Connection connection;

    Session(Connection connection) {
        this.connection = connection;
    }

    /** Fills in a statement. */
    @FunctionalInterface
    interface Binder {
        void bind(Params params) throws SQLException;
    }

    /** Fills in a statement for one of many values. */
    @FunctionalInterface
    interface ItemBinder<T> {
        void bind(Params params, T item) throws SQLException;
    }

    /** Reads one row. */
    @FunctionalInterface
    interface Mapper<T> {
        T map(Row row) throws SQLException;
    }

    /** Runs a statement that gives and changes no rows. */
    void execute(String sql) throws SQLException {
        try (Statement statement = connection.createStatement()) {
            statement.execute(sql);
        }
    }

    <T> List<T> query(String sql, Binder binder, Mapper<T> mapper) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binder.bind(new Params(statement));
            try (ResultSet result = statement.executeQuery()) {
                Row row = new Row(result);
                List<T> rows = new ArrayList<>();
                while (result.next()) {
                    rows.add(mapper.map(row));
                }
                return rows;
            }
        }
    }

    <T> Optional<T> first(String sql, Binder binder, Mapper<T> mapper) throws SQLException {
        return query(sql, binder, mapper).stream().findFirst();
    }

    /** {@return how many rows were written} */
    int update(String sql, Binder binder) throws SQLException {
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            binder.bind(new Params(statement));
            return statement.executeUpdate();
        }
    }

    /** Runs one statement for each value, in as few round trips as the driver can. */
    <T> void batch(String sql, Collection<T> items, ItemBinder<T> binder) throws SQLException {
        if (items.isEmpty()) {
            return;
        }
        try (PreparedStatement statement = connection.prepareStatement(sql)) {
            for (T item : items) {
                binder.bind(new Params(statement), item);
                statement.addBatch();
            }
            statement.executeBatch();
        }
    }

    /** Gives {@code (?, ?, ..)} for so many values. */
    static String marks(int count) {
        return "(" + String.join(", ", Collections.nCopies(count, "?")) + ")";
    }
}
