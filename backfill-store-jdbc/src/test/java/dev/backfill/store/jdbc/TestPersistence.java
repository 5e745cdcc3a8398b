package dev.backfill.store.jdbc;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.ScheduleStore;
import java.util.function.LongSupplier;

/**
 * A persistence over a database that the test made itself. Immutable and thread-safe.
 *
 * @param database where it is; the test closes it
 * @param timings of its queues
 * @param nanos what its queues take for the monotonic clock
 * @param wallMillis what they take for the wall clock
 */
record TestPersistence(Database database, QueueTimings timings, LongSupplier nanos, LongSupplier wallMillis)
        implements Persistence {
    @Override
    public JobStore jobs() {
        return new JdbcJobStore(database);
    }

    @Override
    public ScheduleStore schedules() {
        return new JdbcScheduleStore(database, new JdbcJobStore(database));
    }

    @Override
    public BudgetStore budgets() {
        return new JdbcBudgetStore(database);
    }

    @Override
    public JobQueue queue(String instance, int slots) {
        QueueTables tables = QueueTables.of(database);
        return new JdbcJobQueue(instance, slots, tables, timings, tables::time, nanos, wallMillis);
    }

    @Override
    public void close() {
        // The database is the test's.
    }
}
