package dev.backfill.store.jdbc;

import java.nio.file.Path;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.util.List;
import java.util.function.Supplier;
import javax.sql.DataSource;
import org.junit.jupiter.api.extension.AfterAllCallback;
import org.junit.jupiter.api.extension.BeforeAllCallback;
import org.junit.jupiter.api.extension.BeforeEachCallback;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.sqlite.SQLiteDataSource;

/** One store for all tests of a class, opened once because that costs more than they do, and empty before each. */
final class EmptyStore implements BeforeAllCallback, BeforeEachCallback, AfterAllCallback {
    /** What is referred to after what refers to it. */
    private static final List<String> CHILDREN_FIRST =
            List.of("budget", "failure", "pin", "partition", "job", "schedule", "scheduled_tasks");

    private final Supplier<JdbcPersistence> opening;
    private final Supplier<DataSource> beside;
    private final String prefix;
    private JdbcPersistence persistence;

    private EmptyStore(Supplier<JdbcPersistence> opening, Supplier<DataSource> beside, String prefix) {
        this.opening = opening;
        this.beside = beside;
        this.prefix = prefix;
    }

    /**
     * A store in a file.
     *
     * @param folder where; asked once there is one
     */
    static EmptyStore inFile(Supplier<Path> folder) {
        Supplier<Path> file = () -> folder.get().resolve("store.db");
        return new EmptyStore(
                () -> JdbcPersistence.file(file.get()).open(),
                () -> {
                    SQLiteDataSource source = new SQLiteDataSource();
                    source.setUrl("jdbc:sqlite:" + file.get());
                    return source;
                },
                Tables.DEFAULT_PREFIX);
    }

    /** A store in a PostgreSQL. */
    static EmptyStore inPostgres() {
        String schema = Postgres.newSchema();
        return new EmptyStore(
                () -> JdbcPersistence.dataSource(Postgres.dataSource())
                        .schema(schema)
                        .open(),
                Postgres::dataSource,
                schema + "." + Tables.DEFAULT_PREFIX);
    }

    JdbcPersistence persistence() {
        return persistence;
    }

    @Override
    public void beforeAll(ExtensionContext context) {
        persistence = opening.get();
    }

    @Override
    public void beforeEach(ExtensionContext context) throws SQLException {
        try (Connection connection = beside.get().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            for (String table : CHILDREN_FIRST) {
                statement.execute("delete from " + prefix + table);
            }
            connection.commit();
            connection.setAutoCommit(true);
        }
    }

    @Override
    public void afterAll(ExtensionContext context) {
        persistence.close();
    }
}
