package dev.backfill.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.backfill.api.BackfillException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.function.UnaryOperator;
import javax.sql.DataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * A store's file, held by this process alone. What writes goes through one connection, so that writers wait in a queue of ours
 * and never run into the file's lock; what only reads has connections of its own, which see what was committed last.
 * Thread-safe.
 */
final class SqliteFile implements AutoCloseable {
    private static final int READERS = 4;
    private static final int BUSY_MILLIS = 10_000;
    private static final int PRIMARY_CODE = 0xff;
    private static final int NOT_A_DATABASE = 26;

    private final FileOwnership ownership;
    private final HikariDataSource writer;
    private final HikariDataSource reader;

    private SqliteFile(FileOwnership ownership, DataSource writer, DataSource reader) {
        this.ownership = ownership;
        this.writer = pool("backfill-store-writer", 1, KeptStatements.of(writer));
        this.reader = pool("backfill-store-reader", READERS, KeptStatements.of(reader));
    }

    /**
     * Opens a file, makes it if it is not there, and brings its tables up to date.
     *
     * @param path where it is
     * @param tables how the tables are called
     * @return the file, until it is closed
     * @throws BackfillException if it cannot be used; its message says why and what to do
     */
    static SqliteFile open(Path path, Tables tables) {
        return open(path, tables, writer -> writer);
    }

    /** With another way to what writes, for tests. */
    static SqliteFile open(Path path, Tables tables, UnaryOperator<DataSource> way) {
        Path file = real(path);
        FileOwnership ownership = FileOwnership.take(file);
        boolean done = false;
        try {
            DataSource plain = source(file, SQLiteConfig.TransactionMode.DEFERRED);
            check(file, plain);
            new Migrations(Dialect.SQLITE, plain, tables).run();
            SqliteFile opened =
                    new SqliteFile(ownership, way.apply(source(file, SQLiteConfig.TransactionMode.IMMEDIATE)), plain);
            done = true;
            return opened;
        } finally {
            if (!done) {
                ownership.close();
            }
        }
    }

    /** The one connection for what writes. */
    DataSource writer() {
        return writer;
    }

    /** Connections for what only reads. */
    DataSource reader() {
        return reader;
    }

    /** One name for one file, whatever links lead to it, or two could own it. */
    private static Path real(Path path) {
        Path absolute = path.toAbsolutePath();
        Path folder = absolute.getParent();
        if (folder == null || !Files.isDirectory(folder)) {
            throw unusable("The folder of the store " + absolute + " does not exist. Make it first.", null);
        }
        if (Files.isDirectory(absolute)) {
            throw unusable("The store " + absolute + " is a folder; name a file in it.", null);
        }
        try {
            return Files.exists(absolute)
                    ? absolute.toRealPath()
                    : folder.toRealPath().resolve(absolute.getFileName());
        } catch (IOException refused) {
            throw unusable("The store " + absolute + " cannot be reached.", refused);
        }
    }

    private static void check(Path file, DataSource source) {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement()) {
            // Writes to the file for certain, and changes nothing
            statement.execute("begin immediate");
            statement.execute("rollback");
        } catch (SQLException refused) {
            if ((refused.getErrorCode() & PRIMARY_CODE) == NOT_A_DATABASE) {
                throw unusable(
                        "The file " + file + " is not a store: it holds something else. Name another file.", refused);
            }
            throw unusable("The store " + file + " cannot be opened for writing; the cause says why.", refused);
        }
    }

    private static BackfillException unusable(String message, @org.jspecify.annotations.Nullable Exception cause) {
        return new BackfillException(JdbcPersistence.SETUP_CODE, message, cause);
    }

    private static DataSource source(Path file, SQLiteConfig.TransactionMode mode) {
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        // FULL: one fsync a commit. With NORMAL the last commits are lost with the power.
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setBusyTimeout(BUSY_MILLIS);
        config.enforceForeignKeys(true);
        config.setTransactionMode(mode);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + file);
        return source;
    }

    private static HikariDataSource pool(String name, int size, DataSource source) {
        HikariConfig config = new HikariConfig();
        config.setPoolName(name);
        config.setDataSource(source);
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        // A connection to a file does not age
        config.setMaxLifetime(0);
        config.setExceptionOverride(new BrokenConnections());
        return new HikariDataSource(config);
    }

    @Override
    public void close() {
        try {
            reader.close();
            writer.close();
        } finally {
            ownership.close();
        }
    }
}
