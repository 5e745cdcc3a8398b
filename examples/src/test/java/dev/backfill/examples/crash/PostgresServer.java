package dev.backfill.examples.crash;

import dev.backfill.testkit.LatePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.DriverManager;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.concurrent.atomic.AtomicInteger;

/** A PostgreSQL that can be restarted: where it is and what it keeps stay as they are. Not thread-safe. */
public final class PostgresServer implements AutoCloseable {
    private final Path folder;
    private final int port = LatePorts.next();
    private final AtomicInteger databases = new AtomicInteger();
    private EmbeddedPostgres server;

    /**
     * Starts it.
     *
     * @param folder where it keeps its files
     */
    public PostgresServer(Path folder) throws IOException {
        this.folder = folder;
        server = settings().start();
    }

    private EmbeddedPostgres.Builder settings() {
        return EmbeddedPostgres.builder()
                .setPort(port)
                .setDataDirectory(folder.resolve("data"))
                .setCleanDataDirectory(false)
                // Processes are killed here, and not the machine: it need not wait for the disk.
                .setServerConfig("fsync", "off")
                .setServerConfig("max_connections", "300");
    }

    public String url() {
        return server.getJdbcUrl("postgres", "postgres");
    }

    /** {@return the address of a new database in it, with its user, for a test that shares the server with others} */
    String newDatabase() throws SQLException {
        String name = "test_" + databases.incrementAndGet();
        try (Connection connection = DriverManager.getConnection(url());
                Statement statement = connection.createStatement()) {
            statement.execute("create database " + name);
        }
        return server.getJdbcUrl("postgres", name);
    }

    /** Stops it, which breaks all connections, and starts it again. */
    void restart() throws IOException {
        stop();
        startAgain();
    }

    /** Stops it, which breaks all connections. */
    public void stop() throws IOException {
        server.close();
    }

    /** Starts it after {@link #stop}, in its old place. */
    public void startAgain() throws IOException {
        server = settings().start();
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
