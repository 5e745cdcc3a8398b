package dev.backfill.store.jdbc;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.BudgetGrants;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * Budgets in the database, one row each: a draw locks the row, reads what was drawn, and writes what is drawn then, by the
 * database's clock, which all instances share. Thread-safe. When the database cannot be reached a draw throws, and nothing is
 * given.
 */
final class JdbcBudgetStore implements BudgetStore {
    /** A statement of a draw that takes longer is ended on PostgreSQL: a run that waits for it obeys no command. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    private final Database database;
    private final Time time;
    private final String insert;
    private final String select;
    private final String update;
    private final @Nullable String noPatience;

    /** Tells the time within a transaction. */
    @FunctionalInterface
    interface Time {
        Instant now(Session session) throws SQLException;
    }

    JdbcBudgetStore(Database database) {
        this(database, databaseTime(database.dialect()));
    }

    /** With another clock, for tests. */
    JdbcBudgetStore(Database database, Time time) {
        this.database = database;
        this.time = time;
        String table = database.tables().budget();
        this.insert =
                "insert into " + table + " (budget_key, grants) values (?, '') on conflict (budget_key) do nothing";
        this.select = "select grants from " + table + " where budget_key = ?"
                + database.dialect().forUpdate();
        this.noPatience = database.dialect().noPatience(PATIENCE);
        this.update = "update " + table + " set grants = ? where budget_key = ?";
    }

    private static Time databaseTime(Dialect dialect) {
        return session -> session.first(dialect.timeQuery(), params -> {}, row -> row.time("micros"))
                .orElseThrow();
    }

    @Override
    public Chunk draw(String key, Quota budget, long wanted) {
        requireNonNull(key, "key");
        return database.write("A budget could not be drawn from", session -> {
            if (noPatience != null) {
                session.execute(noPatience);
            }
            BudgetGrants before = locked(session, key);
            // The time is asked for once the row is locked: whoever had it before was told an earlier one.
            BudgetGrants.Drawn drawn = before.draw(time.now(session), budget, wanted);
            session.update(update, params -> params.text(drawn.after().text()).text(key));
            return drawn.chunk();
        });
    }

    /** What was drawn, in a row that nobody else changes until the transaction is over; made if it is not there. */
    private BudgetGrants locked(Session session, String key) throws SQLException {
        session.update(insert, params -> params.text(key));
        return session.first(select, params -> params.text(key), row -> BudgetGrants.parse(row.text("grants")))
                .orElseThrow();
    }
}
