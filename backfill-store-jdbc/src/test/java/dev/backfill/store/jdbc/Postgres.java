package dev.backfill.store.jdbc;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.backfill.testkit.LatePorts;
import io.zonky.test.db.postgres.embedded.EmbeddedPostgres;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** One real PostgreSQL for all tests of the JVM, started by the first that asks and stopped with the JVM. */
final class Postgres {
    private static final AtomicInteger SCHEMAS = new AtomicInteger();

    private Postgres() {}

    /** {@return connections from a pool} */
    static DataSource dataSource() {
        return Holder.POOL;
    }

    /** {@return the address of the server, with its user, which has no password} */
    static String url() {
        return Holder.SERVER.getJdbcUrl("postgres", "postgres");
    }

    /** {@return the name of a schema that nobody uses} */
    static String newSchema() {
        return "test_" + SCHEMAS.incrementAndGet();
    }

    private static final class Holder {
        private static final EmbeddedPostgres SERVER = start();
        private static final HikariDataSource POOL = pool();

        private static EmbeddedPostgres start() {
            try {
                // Tests of durability kill processes, not the machine: the server need not wait for the disk. Embedded,
                // it
                // has synchronous_commit off unless it is told otherwise, and then fsync alone waits for nothing.
                String durable = System.getProperty("backfill.postgres.fsync", "off");
                return EmbeddedPostgres.builder()
                        .setPort(LatePorts.next())
                        .setServerConfig("fsync", durable)
                        .setServerConfig("synchronous_commit", durable)
                        .setServerConfig("max_connections", "200")
                        .start();
            } catch (IOException failed) {
                throw new UncheckedIOException("PostgreSQL did not start", failed);
            }
        }

        private static HikariDataSource pool() {
            HikariConfig config = new HikariConfig();
            config.setJdbcUrl(url());
            config.setMaximumPoolSize(20);
            config.setMinimumIdle(2);
            return new HikariDataSource(config);
        }
    }
}
