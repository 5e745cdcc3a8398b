package dev.backfill.store.jdbc;

import dev.backfill.api.BackfillException;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/** A database that the host connects to, and that instances may share. */
final class SharedDatabase {
    /** SQLSTATE classes. */
    private static final String WRONG_USER = "28";

    private static final String UNREACHABLE = "08";

    private SharedDatabase() {}

    /**
     * Connects, finds out what is there and where, makes the schema if need be, and brings the tables up to date.
     *
     * @param source the host's connections, three at once or more
     * @param schema where the tables shall be; null for the connection's own
     * @param prefix what the tables' names begin with
     * @param standstill after how long a transaction that stands still is ended
     * @return the database
     * @throws BackfillException if it cannot be used; its message says why and what to do
     */
    static Database open(DataSource source, @Nullable String schema, String prefix, Duration standstill) {
        try (Connection connection = source.getConnection()) {
            Dialect dialect = Dialect.of(connection);
            if (dialect != Dialect.POSTGRESQL) {
                throw new BackfillException(
                        JdbcPersistence.SETUP_CODE,
                        "A file of SQLite cannot be shared through a DataSource. Use JdbcPersistence.file(path).");
            }
            Tables tables = new Tables(schema == null ? ownSchema(connection) : schema, prefix);
            makeSchema(connection, tables);
            inTurn(
                    connection,
                    tables.schema() + "." + tables.history(),
                    statement -> new Migrations(dialect, source, tables).run());
            return new Database(dialect, source, source, tables, standstill);
        } catch (SQLException refused) {
            throw new BackfillException(JdbcPersistence.SETUP_CODE, explained(refused), refused);
        }
    }

    private static String ownSchema(Connection connection) throws SQLException {
        String own = connection.getSchema();
        if (own == null) {
            throw new BackfillException(
                    JdbcPersistence.SETUP_CODE,
                    "The database user has no schema on its search path. Name one with schema(..).");
        }
        return own;
    }

    /** PostgreSQL's own "if not exists" fails for one of two that do so at once. */
    private static void makeSchema(Connection connection, Tables tables) throws SQLException {
        if (!isThere(connection, tables)) {
            inTurn(
                    connection,
                    tables.schema() + " schema",
                    statement -> statement.execute("create schema if not exists " + tables.schema()));
        }
    }

    /**
     * Does something while no other instance does. Flyway takes turns too, but not between its look for its history table and
     * the baseline, so that one of two that start at once would find a table it did not expect.
     */
    private static void inTurn(Connection connection, String lock, Work work) throws SQLException {
        boolean before = connection.getAutoCommit();
        connection.setAutoCommit(false);
        try (Statement statement = connection.createStatement()) {
            statement.execute("select pg_advisory_xact_lock(hashtext('" + lock + "'))");
            work.run(statement);
            connection.commit();
        } finally {
            connection.rollback();
            connection.setAutoCommit(before);
        }
    }

    /** What is done while the lock is held. */
    @FunctionalInterface
    private interface Work {
        void run(Statement statement) throws SQLException;
    }

    private static boolean isThere(Connection connection, Tables tables) throws SQLException {
        try (PreparedStatement statement =
                connection.prepareStatement("select 1 from pg_catalog.pg_namespace where nspname = ?")) {
            statement.setString(1, tables.schema());
            try (ResultSet result = statement.executeQuery()) {
                return result.next();
            }
        }
    }

    private static String explained(SQLException refused) {
        String state = refused.getSQLState() == null ? "" : refused.getSQLState();
        if (state.startsWith(WRONG_USER)) {
            return "The database refused the user or the password of the DataSource.";
        }
        if (state.startsWith(UNREACHABLE)) {
            return "The database of the DataSource cannot be reached; the cause says why.";
        }
        return "The database of the DataSource cannot be used; the cause says why.";
    }
}
