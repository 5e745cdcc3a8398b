package dev.backfill.store.jdbc;

import dev.backfill.spi.StoreException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Runs transactions. A transaction that lost to another one is tried again a few times at once; what else the database says is
 * thrown as {@link StoreException}. Thread-safe.
 */
final class Database {
    /** How often a transaction is tried. Each loser of a conflict lets one winner through, so that few tries are many. */
    private static final int TRIES = 20;

    private final Dialect dialect;
    private final DataSource writer;
    private final DataSource reader;
    private final Tables tables;
    private final @Nullable String beginWrite;
    private final ThreadLocal<Boolean> busy = new ThreadLocal<>();

    /**
     * Makes a database of connections.
     *
     * @param dialect what they lead to
     * @param writer connections for what writes, with auto-commit
     * @param reader connections for what only reads; may be the same
     * @param tables where the tables are
     */
    Database(Dialect dialect, DataSource writer, DataSource reader, Tables tables) {
        this(dialect, writer, reader, tables, QueueTimings.DEFAULT.standstill());
    }

    /** Makes a database that ends transactions which stand still for so long. */
    Database(Dialect dialect, DataSource writer, DataSource reader, Tables tables, Duration standstill) {
        this.beginWrite = dialect.beginWrite(standstill);
        this.dialect = dialect;
        this.writer = writer;
        this.reader = reader;
        this.tables = tables;
    }

    /** What is done in a transaction. What it throws is thrown on, and nothing is stored. */
    @FunctionalInterface
    interface Work<T> {
        T run(Session session) throws SQLException;
    }

    Dialect dialect() {
        return dialect;
    }

    Tables tables() {
        return tables;
    }

    /** Connections for what writes, with auto-commit. */
    DataSource dataSource() {
        return writer;
    }

    /**
     * Runs a transaction that writes.
     *
     * @param failure what could not be done, for the message of an error
     * @param work what to do; run again if the transaction lost to another
     * @return what the work gave, once it is stored
     */
    <T> T write(String failure, Work<T> work) {
        return transaction(writer, failure, session -> {
            if (beginWrite != null) {
                session.execute(beginWrite);
            }
            return work.run(session);
        });
    }

    /**
     * Runs a transaction that reads.
     *
     * @param failure what could not be done, for the message of an error
     * @param work what to do
     * @return what the work gave
     */
    <T> T read(String failure, Work<T> work) {
        return transaction(reader, failure, work);
    }

    private <T> T transaction(DataSource source, String failure, Work<T> work) {
        if (busy.get() != null) {
            throw new IllegalStateException("a function handed to the store must not call the store");
        }
        busy.set(true);
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    return once(source, work);
                } catch (SQLException refused) {
                    if (dialect.isForGood(refused)) {
                        throw StoreException.refused(failure + ".", refused);
                    }
                    if (attempt == TRIES || !dialect.isWorthAnotherTry(refused)) {
                        throw new StoreException(failure + ".", refused);
                    }
                }
            }
        } finally {
            busy.remove();
        }
    }

    private static <T> T once(DataSource source, Work<T> work) throws SQLException {
        try (Connection connection = source.getConnection()) {
            connection.setAutoCommit(false);
            boolean done = false;
            try {
                T result = work.run(new Session(connection));
                connection.commit();
                done = true;
                return result;
            } finally {
                end(connection, done);
            }
        }
    }

    /** Leaves nothing behind on a connection that others use after this. */
    private static void end(Connection connection, boolean done) {
        try {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        } catch (SQLException broken) {
            // The connection is broken, which rolls back by itself; what led here is thrown already, or was stored.
            abandon(connection, broken);
        }
    }

    private static void abandon(Connection connection, SQLException broken) {
        try {
            connection.close();
        } catch (SQLException worse) {
            broken.addSuppressed(worse);
        }
    }
}
