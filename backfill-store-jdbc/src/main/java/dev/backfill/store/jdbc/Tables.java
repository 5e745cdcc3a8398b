package dev.backfill.store.jdbc;

import dev.backfill.api.InvalidRequestException;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The names of the tables. Immutable.
 *
 * @param schema where they are; null for a database without schemas
 * @param prefix what each name begins with, {@code [a-z][a-z0-9_]{0,30}} or empty
 */
record Tables(@Nullable String schema, String prefix) {
    /** What names begin with unless the host says otherwise. */
    static final String DEFAULT_PREFIX = "backfill_";

    // Names stand in SQL as they are: no quotes, no capitals, nothing that ends one.
    private static final Pattern SCHEMA = Pattern.compile("[a-z_][a-z0-9_]{0,62}");
    private static final Pattern PREFIX = Pattern.compile("([a-z][a-z0-9_]{0,30})?");

    Tables {
        if (schema != null && !SCHEMA.matcher(schema).matches()) {
            throw new InvalidRequestException(
                    "schema", "must be 1 to 63 of a-z, 0-9 and _, and not begin with a digit");
        }
        if (!PREFIX.matcher(prefix).matches()) {
            throw new InvalidRequestException(
                    "table_prefix", "must be up to 31 of a-z, 0-9 and _, and begin with a letter");
        }
    }

    String job() {
        return named("job");
    }

    String partition() {
        return named("partition");
    }

    String pin() {
        return named("pin");
    }

    String failure() {
        return named("failure");
    }

    String schedule() {
        return named("schedule");
    }

    String budget() {
        return named("budget");
    }

    /** db-scheduler's table. */
    String executions() {
        return named("scheduled_tasks");
    }

    /** Flyway's table, without the schema, which Flyway adds itself. */
    String history() {
        return prefix + "schema_history";
    }

    private String named(String name) {
        return schema == null ? prefix + name : schema + "." + prefix + name;
    }
}
