package dev.backfill.store.jdbc;

import dev.backfill.api.BackfillManager;
import dev.backfill.spi.Persistence;
import java.nio.file.Path;
import java.util.function.Function;
import org.sqlite.SQLiteDataSource;

/**
 * Instances that own a file of SQLite, one after the other: a dead one's runs end with its process, which the kernel takes the lock
 * from, and only then can the next open the file.
 */
final class MortalsOnFile extends MortalEngines {
    private static final Tables TABLES = new Tables(null, Tables.DEFAULT_PREFIX);

    private final Path path;
    private final Database beside;
    private AutoCloseable owner = () -> {};

    MortalsOnFile(Path folder) {
        this.path = folder.resolve("jobs.db");
        SQLiteDataSource looking = new SQLiteDataSource();
        looking.setUrl("jdbc:sqlite:" + path);
        this.beside = new Database(Dialect.SQLITE, looking, looking, TABLES);
    }

    @Override
    Database beside() {
        return beside;
    }

    @Override
    Line connect() {
        letGo();
        SqliteFile file = own(SqliteFile.open(path, TABLES));
        owner = file;
        CutDataSource writer = new CutDataSource(file.writer());
        CutDataSource reader = new CutDataSource(file.reader());
        Persistence store = new TestPersistence(
                new Database(Dialect.SQLITE, writer, reader, TABLES),
                TIMINGS,
                MonotonicTime.SYSTEM,
                MonotonicTime.WALL_MILLIS);
        return new Line(store, () -> {
            writer.cut();
            reader.cut();
        });
    }

    @Override
    BackfillManager follow(Mortal dead, Function<Persistence, BackfillManager> next) {
        dead.death().endRuns();
        Until.is("the runs of the dead one to end", () -> mailboxes().areShut(dead.name()));
        letGo();
        JdbcPersistence store = own(JdbcPersistence.file(path)
                .polling(TIMINGS.polling())
                .heartbeat(TIMINGS.heartbeat())
                .missedHeartbeats(TIMINGS.missedHeartbeats())
                .open());
        owner = store;
        return next.apply(store);
    }

    private void letGo() {
        try {
            owner.close();
        } catch (Exception failed) {
            throw new IllegalStateException(failed);
        }
    }
}
