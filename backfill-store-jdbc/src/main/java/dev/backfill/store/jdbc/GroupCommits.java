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
        Group group;
        T result;
        // Not to be interrupted: whoever left a group open counts on those who wait here.
        turn.lock();
        try {
            group = join();
            try {
                result = group.run(work);
            } finally {
                leave(group);
            }
        } finally {
            turn.unlock();
        }
        group.awaitCommit();
        return result;
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

    /** Writes that one commit will store. Guarded by the turn, but for {@link #awaitCommit}. */
    private static final class Group {
        private final Connection connection;
        private final CompletableFuture<Optional<SQLException>> end = new CompletableFuture<>();
        private int writes;
        private @Nullable SQLException broken;

        Group(Connection connection) {
            this.connection = connection;
        }

        <T> T run(Database.Work<T> work) throws SQLException {
            Savepoint before = writes == 0 ? null : connection.setSavepoint();
            boolean done = false;
            try {
                T result = work.run(new Session(connection));
                if (before != null) {
                    connection.releaseSavepoint(before);
                }
                writes++;
                done = true;
                return result;
            } finally {
                if (!done) {
                    undo(before);
                }
            }
        }

        private void undo(@Nullable Savepoint before) {
            try {
                if (before == null) {
                    connection.rollback();
                } else {
                    connection.rollback(before);
                }
            } catch (SQLException lost) {
                // The database has undone more than this: some errors, as of a full disk, end the whole transaction.
                broken = lost;
            }
        }

        /** True if no other write may join. */
        boolean isOver() {
            return broken != null || writes >= MOST;
        }

        /** Stores all of them, or none; those who wait hear of it. */
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
                Database.end(connection, done);
                end.complete(
                        done || writes == 0
                                ? Optional.empty()
                                : Optional.of(failure == null ? new SQLException("the commit broke off") : failure));
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
