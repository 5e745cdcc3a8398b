package dev.backfill.store.jdbc;

import com.zaxxer.hikari.SQLExceptionOverride;
import java.sql.SQLException;
import java.util.Set;

/**
 * Has the pool of a file throw connections away that met a full disk and the like: SQLite has ended their transaction, their driver
 * does not know, and what came after would be stored statement by statement, and none of it said to be. Stateless and thread-safe.
 */
final class BrokenConnections implements SQLExceptionOverride {
    private static final int PRIMARY_CODE = 0xff;
    // Too big, constraint, mismatch: of the statement alone.
    private static final Set<Integer> HARMLESS = Set.of(18, 19, 20);

    @java.lang.Override
    public SQLExceptionOverride.Override adjudicate(SQLException error) {
        return HARMLESS.contains(error.getErrorCode() & PRIMARY_CODE)
                ? SQLExceptionOverride.Override.DO_NOT_EVICT
                : SQLExceptionOverride.Override.MUST_EVICT;
    }
}
