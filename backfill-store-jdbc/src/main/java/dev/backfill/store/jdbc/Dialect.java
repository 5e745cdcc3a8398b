package dev.backfill.store.jdbc;

import dev.backfill.api.BackfillException;
import java.sql.Connection;
import java.sql.SQLException;
import java.time.Duration;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What the databases do differently for the stores. */
enum Dialect {
    /** Shared by instances: rows are locked one by one. */
    POSTGRESQL(
            "PostgreSQL",
            "postgresql",
            " for update",
            "select (extract(epoch from clock_timestamp()) * 1000000)::bigint as micros") {
        // Serialization failure, deadlock, and a row that broke a rule because somebody else was quicker.
        private static final Set<String> AGAIN = Set.of("40001", "40P01", "23505");

        @Override
        String beginWrite(Duration standstill) {
            // A host's pool may ask for more, and then a count of what runs would be older than the wait for its turn.
            return "set transaction isolation level read committed; set local idle_in_transaction_session_timeout = "
                    + standstill.toMillis();
        }

        @Override
        String noPatience(Duration patience) {
            return "set local statement_timeout = " + patience.toMillis();
        }

        // What cannot be held in a column, broken rules but uniqueness, and what is not there or not allowed.
        private static final Set<String> FOR_GOOD = Set.of("22", "23", "42");

        @Override
        boolean isForGood(SQLException error) {
            String state = error.getSQLState();
            return state != null
                    && state.length() == 5
                    && FOR_GOOD.contains(state.substring(0, 2))
                    && !AGAIN.contains(state);
        }

        @Override
        boolean isWorthAnotherTry(SQLException error) {
            return error.getSQLState() != null && AGAIN.contains(error.getSQLState());
        }
    },

    /** One file with one writer: a transaction that writes has the file for itself from its beginning. */
    SQLITE(
            "SQLite",
            "sqlite",
            "",
            "select cast(round((julianday('now') - 2440587.5) * 86400000.0) as integer) * 1000 as micros") {
        private static final int PRIMARY_CODE = 0xff;
        private static final int BUSY = 5;
        private static final int CONSTRAINT = 19;
        // A value that is too long, or of a kind that a column does not hold.
        private static final Set<Integer> FOR_GOOD = Set.of(18, 20);

        @Override
        boolean isForGood(SQLException error) {
            return FOR_GOOD.contains(error.getErrorCode() & PRIMARY_CODE);
        }

        @Override
        boolean isWorthAnotherTry(SQLException error) {
            int code = error.getErrorCode() & PRIMARY_CODE;
            return code == BUSY || code == CONSTRAINT;
        }
    };

    private final String product;
    private final String folder;
    private final String forUpdate;
    private final String timeQuery;

    Dialect(String product, String folder, String forUpdate, String timeQuery) {
        this.product = product;
        this.folder = folder;
        this.forUpdate = forUpdate;
        this.timeQuery = timeQuery;
    }

    /** Where the migrations are, beside this class. */
    String folder() {
        return folder;
    }

    /** Ends a query whose rows shall stay as they are until the transaction is over. */
    String forUpdate() {
        return forUpdate;
    }

    /** Asks for the database's time at this moment, also inside a transaction, in the one column {@code micros}. */
    String timeQuery() {
        return timeQuery;
    }

    /**
     * What begins a transaction that writes: so that each statement sees what was committed before it, and so that the database
     * ends one which stands still, for a process that was frozen in the middle holds the row of its job, and nobody could take
     * the job over. Null where no other process can wait for it.
     */
    @Nullable
    String beginWrite(Duration standstill) {
        return null;
    }

    /** What ends each statement of a transaction that takes longer, be it for a lock. Null where nothing waits for a lock. */
    @Nullable
    String noPatience(Duration patience) {
        return null;
    }

    /** Says whether the same transaction can never succeed, because of what it holds and not of who else is there. */
    abstract boolean isForGood(SQLException error);

    /**
     * Says whether the same transaction may succeed if it is tried again at once. Broken uniqueness is among it: the second try
     * sees the row that the first one met, and names it.
     */
    abstract boolean isWorthAnotherTry(SQLException error);

    /**
     * Finds out what a connection leads to.
     *
     * @throws BackfillException if it is a database that the store does not know, which is named
     */
    static Dialect of(Connection connection) throws SQLException {
        String product = connection.getMetaData().getDatabaseProductName();
        for (Dialect dialect : values()) {
            if (dialect.product.equals(product)) {
                return dialect;
            }
        }
        throw new BackfillException(
                JdbcPersistence.SETUP_CODE,
                "The store does not know the database \"" + product + "\". Use PostgreSQL, or a file of SQLite.");
    }
}
