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
    private final @Nullable GroupCommits together;
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
        // PostgreSQL brings commits together by itself.
        this.together = dialect == Dialect.SQLITE ? new GroupCommits(writer) : null;
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
        return transaction(failure, () -> together != null ? together.run(work) : once(writer, begun(work)));
    }

    private <T> Work<T> begun(Work<T> work) {
        return session -> {
            if (beginWrite != null) {
                session.execute(beginWrite);
            }
            return work.run(session);
        };
    }

    /**
     * Runs a transaction that reads.
     *
     * @param failure what could not be done, for the message of an error
     * @param work what to do
     * @return what the work gave
     */
    <T> T read(String failure, Work<T> work) {
        return transaction(failure, () -> once(reader, work));
    }

    /** One try. */
    private interface Attempt<T> {
        T run() throws SQLException;
    }

    private <T> T transaction(String failure, Attempt<T> once) {
        if (busy.get() != null) {
            throw new IllegalStateException("a function handed to the store must not call the store");
        }
        busy.set(true);
        try {
            for (int attempt = 1; ; attempt++) {
                try {
                    return once.run();
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
        Connection connection = source.getConnection();
        boolean done = false;
        try {
            connection.setAutoCommit(false);
            T result = work.run(new Session(connection));
            connection.commit();
            done = true;
            return result;
        } finally {
            end(connection, done);
        }
    }

    /** Gives a connection back, with nothing left behind for those who use it after this. */
    static void end(Connection connection, boolean done) {
        try (connection) {
            if (!done) {
                connection.rollback();
            }
            connection.setAutoCommit(true);
        } catch (SQLException broken) {
            // The connection is broken, which rolls back by itself; what led here is thrown already, or was stored.
        }
    }
}
