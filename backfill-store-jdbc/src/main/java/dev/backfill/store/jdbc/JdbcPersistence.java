package dev.backfill.store.jdbc;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.spi.StoreException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicReference;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * Jobs, queue and schedules in a database: in one file, for one engine, or in a PostgreSQL that any number of instances share.
 * Thread-safe. A host makes it, hands it to its engine (a shared one to any number of them), and closes it after them.
 *
 * <pre>{@code
 * JdbcPersistence.file(Path.of("backfill.db")).open();
 * JdbcPersistence.dataSource(dataSource).schema("mail").open();
 * }</pre>
 */
public final class JdbcPersistence implements Persistence {
    /** The code of the {@link dev.backfill.api.BackfillException} that says why a store cannot be opened: {@value}. */
    public static final String SETUP_CODE = "STORE_SETUP";

    private final JdbcJobStore jobs;
    private final JdbcScheduleStore schedules;
    private final JdbcBudgetStore budgets;
    private final QueueTables queueTables;
    private final QueueTimings timings;
    private final Runnable onClose;
    private final AtomicReference<@Nullable SoleQueue> soleQueue = new AtomicReference<>();

    private JdbcPersistence(Database database, QueueTimings timings, Runnable onClose) {
        this.queueTables = QueueTables.of(database);
        this.timings = timings;
        this.jobs = new JdbcJobStore(database);
        this.schedules = new JdbcScheduleStore(database, jobs);
        this.budgets = new JdbcBudgetStore(database);
        this.onClose = onClose;
    }

    /**
     * Keeps everything in one file of SQLite, for one process and one engine at a time. The file and a lock file beside it are made if they are not
     * there; its folder must be. Each commit is on the disk before a method returns. The process that opens the file goes on at
     * once with the jobs of one that was killed.
     *
     * @param path the file
     * @return a builder
     */
    public static Builder file(Path path) {
        return new Builder(requireNonNull(path, "path"), null);
    }

    /**
     * Keeps everything in a PostgreSQL database that instances may share.
     *
     * @param dataSource connections, better from a pool: each engine uses about two a running job
     *     and five more. The host closes it, after this
     * @return a builder
     */
    public static Builder dataSource(DataSource dataSource) {
        return new Builder(null, requireNonNull(dataSource, "dataSource"));
    }

    @Override
    public JobStore jobs() {
        return jobs;
    }

    @Override
    public ScheduleStore schedules() {
        return schedules;
    }

    @Override
    public BudgetStore budgets() {
        return budgets;
    }

    /**
     * {@inheritDoc}
     *
     * <p>Its {@code start}, {@code offer} and {@code room} throw {@link dev.backfill.spi.StoreException} when the database
     * cannot be reached. On a file one queue runs at a time: {@code start} of a second, before the first is closed, throws a
     * {@link dev.backfill.api.BackfillException} with the code {@link #SETUP_CODE}.
     */
    @Override
    public JobQueue queue(String instance, int slots) {
        JobQueue queue = new JdbcJobQueue(instance, slots, queueTables, timings);
        return queueTables.dialect().exclusive() ? new SoleQueue(queue, soleQueue) : queue;
    }

    /** Frees what is held. A file may then be opened again; a {@link DataSource} stays open. Closing twice does nothing. */
    @Override
    public void close() {
        onClose.run();
    }

    /** Collects how a store is opened. Not thread-safe. */
    public static final class Builder {
        private static final Duration LEAST_INTERVAL = Duration.ofMillis(10);
        private static final Duration MOST_INTERVAL = Duration.ofHours(1);
        private static final int LEAST_MISSED = 4;
        private static final int MOST_MISSED = 1_000;

        private final @Nullable Path path;
        private final @Nullable DataSource dataSource;
        private @Nullable String schema;
        private String prefix = Tables.DEFAULT_PREFIX;
        private Duration heartbeat = QueueTimings.DEFAULT.heartbeat();
        private int missedHeartbeats = QueueTimings.DEFAULT.missedHeartbeats();
        private @Nullable Duration polling;

        private Builder(@Nullable Path path, @Nullable DataSource dataSource) {
            this.path = path;
            this.dataSource = dataSource;
        }

        /**
         * Sets what the names of the tables begin with, so that stores can share a schema.
         *
         * @param value up to 31 of {@code a-z}, {@code 0-9} and {@code _}, beginning with a letter; may be empty; default
         *     {@code backfill_}
         * @return this builder
         */
        public Builder tablePrefix(String value) {
            this.prefix = requireNonNull(value, "tablePrefix");
            return this;
        }

        /**
         * Sets the schema of the tables, which is made if it is not there. Not for a file.
         *
         * @param value 1 to 63 of {@code a-z}, {@code 0-9} and {@code _}; null for the connection's own, the default
         * @return this builder
         */
        public Builder schema(@Nullable String value) {
            this.schema = value;
            return this;
        }

        /**
         * Sets how often an instance says that it lives; after {@link #missedHeartbeats} of them without a word others take its
         * jobs over, and after three quarters of that time it stops them by itself. All instances that share a database must
         * agree on it.
         *
         * @param value 10 ms to one hour; default 3 s: dead at 12 s, taken over by 20 s
         * @return this builder
         * @throws InvalidRequestException if the value is out of range
         */
        public Builder heartbeat(Duration value) {
            this.heartbeat = interval("heartbeat", value);
            return this;
        }

        /**
         * Sets after how many heartbeats without a word an instance counts as dead, and others take its jobs over. All instances
         * that share a database must agree on it. More of them bear a longer pause of a process, and find a dead one later.
         *
         * @param value 4 to 1,000; default 4
         * @return this builder
         * @throws InvalidRequestException if the value is out of range
         */
        public Builder missedHeartbeats(int value) {
            if (value < LEAST_MISSED || value > MOST_MISSED) {
                throw outOfRange("missedHeartbeats", LEAST_MISSED, MOST_MISSED, value);
            }
            this.missedHeartbeats = value;
            return this;
        }

        /**
         * Sets how often an instance looks for jobs that another one queued; its own it knows at once. Each look is a query.
         *
         * @param value 10 ms to one hour; default 1 s, or the heartbeat if that is shorter
         * @return this builder
         * @throws InvalidRequestException if the value is out of range
         */
        public Builder polling(Duration value) {
            this.polling = interval("polling", value);
            return this;
        }

        private static Duration interval(String field, Duration value) {
            requireNonNull(value, field);
            if (value.compareTo(LEAST_INTERVAL) < 0 || value.compareTo(MOST_INTERVAL) > 0) {
                throw outOfRange(field, LEAST_INTERVAL, MOST_INTERVAL, value);
            }
            return value;
        }

        private static InvalidRequestException outOfRange(String field, Object least, Object most, Object value) {
            return new InvalidRequestException(field, "must be " + least + " to " + most + ", was " + value);
        }

        /** How quick the queue will be. */
        QueueTimings timings() {
            Duration usual = QueueTimings.DEFAULT.polling();
            Duration quicker = heartbeat.compareTo(usual) < 0 ? heartbeat : usual;
            return new QueueTimings(
                    polling == null ? quicker : polling, heartbeat, missedHeartbeats, QueueTimings.DEFAULT.closeWait());
        }

        /**
         * Opens the store: connects, takes the file's lock, makes the tables or brings them up to date.
         *
         * @return the store; the caller closes it
         * @throws dev.backfill.api.BackfillException with the code {@link #SETUP_CODE} if the database cannot be used: its folder
         *     is missing, it is not a database, it is open elsewhere, it refuses the user, its tables are newer than this
         *     version; the message says which and what to do
         * @throws InvalidRequestException if an option is out of its range
         */
        public JdbcPersistence open() {
            if (dataSource != null) {
                QueueTimings shared = timings();
                Database database = SharedDatabase.open(dataSource, schema, prefix, shared.standstill());
                return new JdbcPersistence(database, shared, () -> {});
            }
            if (schema != null) {
                throw new InvalidRequestException("schema", "is not for a file; a table prefix is");
            }
            Tables tables = new Tables(null, prefix);
            SqliteFile file = SqliteFile.open(requireNonNull(path), tables);
            Database database = new Database(Dialect.SQLITE, file.writer(), file.reader(), tables);
            JdbcPersistence opened = new JdbcPersistence(database, timings(), file::close);
            try {
                // Whoever ran these jobs is dead, or the file could not be opened.
                opened.queueTables.requeuePicked(opened.queueTables.time());
            } catch (StoreException broken) {
                opened.close();
                throw broken;
            }
            return opened;
        }
    }
}
