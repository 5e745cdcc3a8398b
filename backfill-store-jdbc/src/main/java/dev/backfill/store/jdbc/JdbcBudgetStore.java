package dev.backfill.store.jdbc;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.BudgetGrants;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Budgets in the database, one row each: a draw locks the row, reads what was drawn, and writes what is drawn then, by the
 * database's clock, which all instances share. Thread-safe. When the database cannot be reached a draw throws, and nothing is
 * given.
 */
final class JdbcBudgetStore implements BudgetStore {
    /** A statement of a draw that takes longer is ended on PostgreSQL: a run that waits for it obeys no command. */
    static final Duration PATIENCE = Duration.ofSeconds(2);

    /** How often each process deletes rows in which nothing has counted for as long. */
    private static final Duration FORGET_EVERY = Duration.ofHours(1);
    /** A row is forgotten once an hour at the most: twice would do. */
    private static final int ATTEMPTS = 5;

    private final Database database;
    private final Time time;
    private final String insert;
    private final String select;
    private final String update;
    private final String forget;
    private final @Nullable String noPatience;
    private final AtomicReference<Instant> lastForgotten = new AtomicReference<>(Instant.EPOCH);

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
        this.update = "update " + table + " set grants = ?, free_at = ? where budget_key = ?";
        this.forget = "delete from " + table + " where free_at < ?";
    }

    private static Time databaseTime(Dialect dialect) {
        return session -> session.first(dialect.timeQuery(), params -> {}, row -> row.time("micros"))
                .orElseThrow();
    }

    @Override
    public Chunk draw(String key, Quota budget, long wanted) {
        return change("A budget could not be drawn from", key, (grants, now) -> grants.draw(now, budget, wanted))
                .chunk();
    }

    @Override
    public void spend(String key, Quota budget, long amount) {
        change("What was spent could not be booked", key, (grants, now) -> {
            BudgetGrants after = grants.spend(now, budget, amount);
            return new BudgetGrants.Drawn(Chunk.empty(Duration.ZERO), after);
        });
    }

    /** What is done with a budget once nobody else can change it. */
    @FunctionalInterface
    private interface Change {
        BudgetGrants.Drawn of(BudgetGrants grants, Instant now);
    }

    private BudgetGrants.Drawn change(String failure, String key, Change change) {
        requireNonNull(key, "key");
        return database.write(failure, session -> {
            if (noPatience != null) {
                session.execute(noPatience);
            }
            BudgetGrants before = locked(session, key);
            // The time is asked for once the row is locked: whoever had it before was told an earlier one.
            Instant now = time.now(session);
            BudgetGrants.Drawn drawn = change.of(before, now);
            store(session, key, drawn.after());
            forgetOldSometimes(session, now);
            return drawn;
        });
    }

    private void store(Session session, String key, BudgetGrants after) throws SQLException {
        session.update(
                update, params -> params.text(after.text()).time(after.freeAt()).text(key));
    }

    /** Mailboxes come and go, and each may have rows of its own. */
    private void forgetOldSometimes(Session session, Instant now) throws SQLException {
        Instant last = lastForgotten.get();
        if (now.isAfter(last.plus(FORGET_EVERY)) && lastForgotten.compareAndSet(last, now)) {
            session.update(forget, params -> params.time(now.minus(FORGET_EVERY)));
        }
    }

    /** What was drawn, in a row that nobody else changes until the transaction is over; made if it is not there. */
    private BudgetGrants locked(Session session, String key) throws SQLException {
        for (int i = 0; i < ATTEMPTS; i++) {
            session.update(insert, params -> params.text(key));
            Optional<BudgetGrants> grants =
                    session.first(select, params -> params.text(key), row -> BudgetGrants.parse(row.text("grants")));
            if (grants.isPresent()) {
                return grants.get();
            }
            // It was there and is not any more: another instance forgets what nobody has drawn for long.
        }
        throw new SQLException("the row of a budget is not there once it was made");
    }
}
