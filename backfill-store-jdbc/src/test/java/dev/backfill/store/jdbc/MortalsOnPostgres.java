package dev.backfill.store.jdbc;

import dev.backfill.api.BackfillManager;
import dev.backfill.spi.Persistence;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Function;
import javax.sql.DataSource;

/**
 * Instances that share a PostgreSQL: the next one is there at once, beside a dead one that still holds its mailbox, until that counts
 * three quarters of the time after which the other may begin.
 */
final class MortalsOnPostgres extends MortalEngines {
    private final String schema = Postgres.newSchema();
    private final Database beside = database(Postgres.dataSource());
    private AtomicLong moved = new AtomicLong();
    private CutDataSource wire = new CutDataSource(Postgres.dataSource());

    private Database database(DataSource way) {
        return SharedDatabase.open(way, schema, Tables.DEFAULT_PREFIX, TIMINGS.standstill());
    }

    @Override
    Database beside() {
        return beside;
    }

    @Override
    Line connect() {
        wire = new CutDataSource(Postgres.dataSource());
        AtomicLong own = new AtomicLong();
        moved = own;
        Persistence store = new TestPersistence(
                database(wire),
                TIMINGS,
                () -> System.nanoTime() + own.get(),
                () -> System.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(own.get()));
        return new Line(store, wire::cut);
    }

    @Override
    BackfillManager follow(Mortal dead, Function<Persistence, BackfillManager> next) {
        BackfillManager manager =
                next.apply(new TestPersistence(beside, TIMINGS, MonotonicTime.SYSTEM, MonotonicTime.WALL_MILLIS));
        moved.addAndGet(TIMINGS.holdFor().toNanos());
        Until.is("the dead one to let go of its mailboxes", () -> mailboxes().areShut(dead.name()));
        // A heartbeat that was on its way at the death would make it young again, and nobody here waits until it is
        // dead by itself.
        Until.is("the last words of the dead one to arrive", wire::isSilent);
        letCountAsDead(dead.name());
        return manager;
    }

    /** As if so much time had gone by since the last of its heartbeats that got through. */
    private void letCountAsDead(String instance) {
        try (Connection connection = Postgres.dataSource().getConnection();
                PreparedStatement aged = connection.prepareStatement("update "
                        + beside.tables().executions()
                        + " set last_heartbeat = last_heartbeat - make_interval(secs => ?) where picked_by like ?")) {
            aged.setDouble(1, (double) TIMINGS.deadAfter().toSeconds());
            aged.setString(2, instance + "#%");
            aged.executeUpdate();
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }
}
