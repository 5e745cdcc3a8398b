package dev.backfill.benchmarks;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.backfill.store.jdbc.JdbcPersistence;
import dev.backfill.testkit.LatePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import javax.sql.DataSource;
import org.sqlite.SQLiteConfig;
import org.sqlite.SQLiteDataSource;

/**
 * A database whose commits are on the disk when they return, for all who are compared: PostgreSQL with fsync on, or SQLite with
 * synchronous=FULL, where each has a file of its own. Thread-safe.
 */
final class BenchDatabase implements Closeable {
    private static final int CONNECTIONS = 20;

    private final String product;
    private final HikariDataSource plain;
    private final JdbcPersistence persistence;
    private final List<Closeable> behind;

    private BenchDatabase(String product, HikariDataSource plain, JdbcPersistence persistence, List<Closeable> behind) {
        this.product = product;
        this.plain = plain;
        this.persistence = persistence;
        this.behind = behind;
    }

    /** Starts a PostgreSQL. */
    static BenchDatabase postgresql() throws IOException, SQLException {
        // What is embedded for tests neither writes to the disk nor waits for it, unless it is told to.
        EmbeddedPostgres server = EmbeddedPostgres.builder()
                .setPort(LatePorts.next())
                .setServerConfig("fsync", "on")
                .setServerConfig("synchronous_commit", "on")
                .start();
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(server.getJdbcUrl("postgres", "postgres"));
        HikariDataSource pool = pool(config, CONNECTIONS);
        require(pool, "show fsync", "on");
        require(pool, "show synchronous_commit", "on");
        JdbcPersistence persistence =
                JdbcPersistence.dataSource(pool).schema("engine").open();
        return new BenchDatabase("postgresql", pool, persistence, List.of(server));
    }

    /** Makes files of SQLite in a new folder, which goes when it is closed. */
    static BenchDatabase sqlite() throws IOException, SQLException {
        // Not where the machine keeps temporary files, which may be its memory: no figure would be worth anything.
        Path builds = Files.createDirectories(Path.of("target").toAbsolutePath());
        Path folder = Files.createTempDirectory(builds, "bench-sqlite");
        SQLiteConfig config = new SQLiteConfig();
        config.setJournalMode(SQLiteConfig.JournalMode.WAL);
        config.setSynchronous(SQLiteConfig.SynchronousMode.FULL);
        config.setTransactionMode(SQLiteConfig.TransactionMode.IMMEDIATE);
        SQLiteDataSource source = new SQLiteDataSource(config);
        source.setUrl("jdbc:sqlite:" + folder.resolve("plain.db"));
        HikariConfig pooled = new HikariConfig();
        pooled.setDataSource(source);
        // A file has one writer; who comes second waits for the connection.
        HikariDataSource pool = pool(pooled, 1);
        require(pool, "pragma synchronous", "2");
        JdbcPersistence persistence =
                JdbcPersistence.file(folder.resolve("engine.db")).open();
        return new BenchDatabase("sqlite", pool, persistence, List.of(() -> delete(folder)));
    }

    private static HikariDataSource pool(HikariConfig config, int size) {
        config.setMaximumPoolSize(size);
        config.setMinimumIdle(1);
        return new HikariDataSource(config);
    }

    private static void require(DataSource source, String question, String answer) throws SQLException {
        try (Connection connection = source.getConnection();
                Statement statement = connection.createStatement();
                ResultSet result = statement.executeQuery(question)) {
            if (!result.next() || !answer.equals(result.getString(1))) {
                throw new IllegalStateException(question + " must give " + answer);
            }
        }
    }

    private static void delete(Path folder) throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** {@return "postgresql" or "sqlite"} */
    String product() {
        return product;
    }

    /** {@return connections for those who work without an engine} */
    DataSource plain() {
        return plain;
    }

    /** {@return the engine's store} */
    JdbcPersistence persistence() {
        return persistence;
    }

    @Override
    public void close() throws IOException {
        persistence.close();
        plain.close();
        for (Closeable one : behind) {
            one.close();
        }
    }
}
