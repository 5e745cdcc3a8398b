package dev.backfill.store.jdbc;

import dev.backfill.api.BackfillException;
import java.util.Arrays;
import java.util.Map;
import javax.sql.DataSource;
import org.flywaydb.core.Flyway;
import org.flywaydb.core.api.FlywayException;
import org.flywaydb.core.api.MigrationInfo;
import org.flywaydb.core.api.MigrationState;
import org.flywaydb.core.api.configuration.FluentConfiguration;
import org.jspecify.annotations.Nullable;

/** Brings the tables to the form this version knows, by Flyway. Several instances may do so at once. */
final class Migrations {
    private final Flyway flyway;

    /**
     * Prepares the migrations.
     *
     * @param dialect which of them
     * @param source connections to the database, two at once
     * @param tables how the tables are called
     */
    Migrations(Dialect dialect, DataSource source, Tables tables) {
        FluentConfiguration configuration = Flyway.configure(Migrations.class.getClassLoader())
                .dataSource(source)
                .locations("classpath:dev/backfill/store/jdbc/" + dialect.folder())
                .table(tables.history())
                .placeholders(Map.of("prefix", tables.prefix()))
                // A host's own tables may be there already, or another prefix's
                .baselineOnMigrate(true)
                .baselineVersion("0")
                .createSchemas(false)
                .cleanDisabled(true)
                // Flyway's default lets migrations of the future pass
                .ignoreMigrationPatterns(new String[0]);
        if (tables.schema() != null) {
            configuration.defaultSchema(tables.schema()).schemas(tables.schema());
        }
        flyway = configuration.load();
    }

    /**
     * Makes the tables, or brings them up to date.
     *
     * @throws BackfillException if they are newer than this version, were tampered with, or cannot be made
     */
    void run() {
        try {
            MigrationInfo newer = newer();
            if (newer != null) {
                throw new BackfillException(
                        JdbcPersistence.SETUP_CODE,
                        "The store's tables are of version " + newer.getVersion()
                                + ", which is newer than this version of the library knows. Use the newer library, or another"
                                + " database, schema or table prefix.");
            }
            flyway.migrate();
        } catch (FlywayException refused) {
            throw new BackfillException(
                    JdbcPersistence.SETUP_CODE,
                    "The store's tables could not be made or brought up to date; the cause says why. The database user needs"
                            + " the right to create tables.",
                    refused);
        }
    }

    private @Nullable MigrationInfo newer() {
        return Arrays.stream(flyway.info().applied())
                .filter(applied -> applied.getState() == MigrationState.FUTURE_SUCCESS
                        || applied.getState() == MigrationState.FUTURE_FAILED)
                .findFirst()
                .orElse(null);
    }
}
