package dev.backfill.store.jdbc;

import com.github.kagkarlsson.scheduler.jdbc.SqliteJdbcCustomization;

/**
 * Lets db-scheduler lock and fetch on SQLite, which has no SKIP LOCKED and needs none: there is one writer, so what a
 * transaction selected is still there when it updates. Its other way, to fetch and lock later, queues what it fetched in
 * memory at every poll while all threads are busy. Thread-safe.
 */
final class SqliteLockAndFetch extends SqliteJdbcCustomization {
    @Override
    public boolean supportsGenericLockAndFetch() {
        return true;
    }

    @Override
    public String createGenericSelectForUpdateQuery(
            String tableName, int limit, String requiredAndCondition, boolean orderByPriority) {
        return createSelectDueQuery(tableName, limit, requiredAndCondition, orderByPriority);
    }
}
