package dev.backfill.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Savepoint;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.locks.ReentrantLock;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Writes to a database that has one writer, so that those which come together are committed together: one wait for the disk
 * stands for all of them, where each would have waited for those before it. Each runs on its own thread and in its turn, and is
 * undone alone if it fails. Nobody is told that a write is stored before the commit that holds it. Thread-safe.
 */
final class GroupCommits {
    /** How many writes a commit holds at the most: the first of them waits for the last. */
    private static final int MOST = 64;

    private final DataSource source;
    private final ReentrantLock turn = new ReentrantLock();
    /** Guarded by the turn. While it is open somebody waits for the turn, who goes on with it. */
    private @Nullable Group open;

    /**
     * @param source the connection that all writes share
     */
    GroupCommits(DataSource source) {
        this.source = source;
    }

    /**
     * Runs what writes.
     *
     * @param work what to do; must not wait for anybody else who writes
     * @return what the work gave, once it is stored
     * @throws SQLException what the database said to the work, or to the commit; nothing is stored then
     */
    <T> T run(Database.Work<T> work) throws SQLException {
        Write<T> write = new Write<>(work);
        Group group;
        // Not to be interrupted: whoever left a group open counts on those who wait here.
        turn.lock();
        try {
            group = join();
            try {
                group.run(write);
            } finally {
                leave(group);
            }
        } finally {
            turn.unlock();
        }
        // Whoever was refused waits too: what stood in the way may be what is not stored yet, and never will be.
        group.awaitCommit();
        return write.result();
    }

    /** {@return how many wait for their turn, about} */
    int waiting() {
        return turn.getQueueLength();
    }

    private Group join() throws SQLException {
        Group group = open;
        if (group == null) {
            group = new Group(begin());
            open = group;
        }
        return group;
    }

    private Connection begin() throws SQLException {
        Connection connection = source.getConnection();
        boolean begun = false;
        try {
            connection.setAutoCommit(false);
            begun = true;
            return connection;
        } finally {
            if (!begun) {
                Database.end(connection, false);
            }
        }
    }

    private void leave(Group group) {
        if (!turn.hasQueuedThreads() || group.isOver()) {
            open = null;
            group.commit();
        }
    }

    /** What one caller wants to be written, and how it went. Guarded by the turn until its group has run it. */
    private static final class Write<T> {
        private final Database.Work<T> work;
        private @Nullable T result;
        private @Nullable Throwable failure;

        Write(Database.Work<T> work) {
            this.work = work;
        }

        /** {@return whether it went well} */
        boolean run(Session session) {
            try {
                result = work.run(session);
                return true;
            } catch (Throwable thrown) {
                failure = thrown;
                return false;
            }
        }

        /** {@return what the database said to it, if it did} */
        @Nullable
        SQLException refusal() {
            return failure instanceof SQLException refused ? refused : null;
        }

        @SuppressWarnings("NullAway") // Null is what work gives that gives null
        T result() throws SQLException {
            if (failure instanceof SQLException refused) {
                throw refused;
            }
            if (failure instanceof RuntimeException refused) {
                throw refused;
            }
            if (failure instanceof Error broken) {
                throw broken;
            }
            return result;
        }
    }

    /** Writes that one commit will store. Guarded by the turn, but for {@link #awaitCommit}. */
    private static final class Group {
        private final Connection connection;
        private final CompletableFuture<Optional<SQLException>> end = new CompletableFuture<>();
        private int writes;
        private @Nullable SQLException broken;

        Group(Connection connection) {
            this.connection = connection;
        }

        void run(Write<?> write) throws SQLException {
            boolean known = false;
            try {
                Savepoint before = writes == 0 ? null : connection.setSavepoint();
                if (write.run(new Session(connection))) {
                    if (before != null) {
                        connection.releaseSavepoint(before);
                    }
                    writes++;
                } else {
                    undo(before, write.refusal());
                }
                known = true;
            } finally {
                if (!known && broken == null) {
                    broken = new SQLException("nobody knows what of a write is done");
                }
            }
        }

        private void undo(@Nullable Savepoint before, @Nullable SQLException refusal) {
            try {
                if (before == null) {
                    connection.rollback();
                } else {
                    connection.rollback(before);
                }
            } catch (SQLException lost) {
                // The database has undone more than this: some errors, as of a full disk, end the whole transaction.
                broken = refusal == null ? lost : refusal;
            }
        }

        /** True if no other write may join. */
        boolean isOver() {
            return broken != null || writes >= MOST;
        }

        /** Stores all of them, or none; those who wait hear of it, whatever happens. */
        void commit() {
            SQLException failure = broken;
            boolean done = false;
            try {
                if (failure == null && writes > 0) {
                    connection.commit();
                    done = true;
                }
            } catch (SQLException refused) {
                failure = refused;
            } finally {
                try {
                    Database.end(connection, done);
                } finally {
                    end.complete(
                            done || writes == 0
                                    ? Optional.empty()
                                    : Optional.of(
                                            failure == null ? new SQLException("the commit broke off") : failure));
                }
            }
        }

        /** Blocks until the commit is over, interrupted or not: before, nobody could say what is stored. */
        void awaitCommit() throws SQLException {
            Optional<SQLException> failure = end.join();
            if (failure.isPresent()) {
                SQLException of = failure.get();
                throw new SQLException(of.getMessage(), of.getSQLState(), of.getErrorCode(), of);
            }
        }
    }
}
