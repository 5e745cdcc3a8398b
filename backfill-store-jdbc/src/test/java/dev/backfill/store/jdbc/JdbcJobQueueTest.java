package dev.backfill.store.jdbc;

import dev.backfill.spi.JobQueue;
import dev.backfill.testkit.contract.JobQueueContract;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.io.TempDir;

/** The queue keeps the port's contract on each database. */
class JdbcJobQueueTest {
    static final QueueTimings QUICK =
            new QueueTimings(Duration.ofMillis(200), Duration.ofMillis(200), 4, QueueTimings.DEFAULT.closeWait());

    /** What both have in common; the database's time is moved, and the queue reads it. */
    abstract static class Contract implements JobQueueContract {
        private QueueDatabase database;
        private QueueTables tables;
        private JdbcJobQueue queue;
        private volatile Duration moved = Duration.ZERO;

        abstract QueueDatabase open();

        @BeforeEach
        void make() {
            database = open();
            tables = database.tables();
            queue = new JdbcJobQueue(
                    "contract", 2, tables, QUICK, this::now, MonotonicTime.SYSTEM, MonotonicTime.WALL_MILLIS);
        }

        @AfterEach
        void close() {
            queue.close();
            database.close();
        }

        @Override
        public JobQueue queue() {
            return queue;
        }

        @Override
        public Instant now() {
            return tables.time().plus(moved);
        }

        @Override
        public void advance(Duration duration) {
            moved = moved.plus(duration);
            queue.syncClock();
        }
    }

    @Nested
    class OnPostgres extends Contract {
        @Override
        QueueDatabase open() {
            return QueueDatabase.postgres();
        }
    }

    @Nested
    class OnSqlite extends Contract {
        @TempDir
        private Path folder;

        @Override
        QueueDatabase open() {
            return QueueDatabase.sqlite(folder);
        }
    }
}
