package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import com.zaxxer.hikari.HikariConfig;
import com.zaxxer.hikari.HikariDataSource;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.ManualTime;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Queue;
import java.util.Random;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import javax.sql.DataSource;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Threads of two instances that draw from one budget of a PostgreSQL while its time runs on; and what they wait for. */
class ConcurrentDrawsTest {
    private static final Quota MINUTE =
            new Quota("minute", Quota.Measure.UNITS, Quota.Scope.PROJECT, 6_000, Duration.ofMinutes(1));
    private static final int INSTANCES = 2;
    private static final int THREADS = 4;
    private static final int DRAWS = 600;

    private final String schema = Postgres.newSchema();
    private final ManualTime time = new ManualTime();

    /** What was spent when. */
    private record Spent(Instant at, long amount) {}

    /** Each spends what it drew sometime between the answer and the end of the chunk's life, whatever the pool's isolation. */
    @ParameterizedTest
    @ValueSource(strings = {"TRANSACTION_READ_COMMITTED", "TRANSACTION_REPEATABLE_READ"})
    void noWindowHoldsMoreThanTheBudgetWhoeverDraws(String isolation) throws InterruptedException {
        long seed = Long.getLong("backfill.seed", 20_261_124L);
        Instant begin = time.instant();
        Queue<Spent> spent = new ConcurrentLinkedQueue<>();
        List<HikariDataSource> pools = new ArrayList<>();
        try {
            List<BudgetStore> stores = new ArrayList<>();
            for (int i = 0; i < INSTANCES; i++) {
                pools.add(pool(isolation));
                stores.add(instance(pools.get(i)));
            }
            drawAtOnce(stores, seed, spent);
        } finally {
            pools.forEach(HikariDataSource::close);
        }
        long windows = Duration.between(begin, time.instant()).toMinutes();
        assertThat(windows).isGreaterThanOrEqualTo(5);
        assertThat(mostInAWindow(spent)).as("most in a window, seed %s", seed).isLessThanOrEqualTo(MINUTE.amount());
        assertThat(spent.stream().mapToLong(Spent::amount).sum())
                .as("given in %s windows, seed %s", windows, seed)
                .isGreaterThan(MINUTE.amount() * windows / 2);
    }

    private static long mostInAWindow(Queue<Spent> spent) {
        List<Spent> all = spent.stream().sorted(Comparator.comparing(Spent::at)).toList();
        long most = 0;
        for (Spent first : all) {
            Instant end = first.at().plus(MINUTE.window());
            long sum = all.stream()
                    .filter(one -> !one.at().isBefore(first.at()) && one.at().isBefore(end))
                    .mapToLong(Spent::amount)
                    .sum();
            most = Math.max(most, sum);
        }
        return most;
    }

    private void drawAtOnce(List<BudgetStore> stores, long seed, Queue<Spent> spent) throws InterruptedException {
        List<Callable<Void>> drawers = new ArrayList<>();
        for (int number = 0; number < INSTANCES * THREADS; number++) {
            BudgetStore store = stores.get(number % INSTANCES);
            Random random = new Random(seed + number);
            drawers.add(() -> {
                for (int i = 0; i < DRAWS; i++) {
                    draw(store, random, spent);
                }
                return null;
            });
        }
        ExecutorService threads = Executors.newFixedThreadPool(drawers.size());
        try {
            for (Future<Void> drawer : threads.invokeAll(drawers, ManualTime.PATIENCE.toSeconds(), TimeUnit.SECONDS)) {
                drawer.get();
            }
        } catch (ExecutionException failed) {
            throw new AssertionError("a draw failed, seed " + seed, failed.getCause());
        } finally {
            threads.shutdownNow();
        }
    }

    private void draw(BudgetStore store, Random random, Queue<Spent> spent) {
        time.advance(Duration.ofMillis(random.nextInt(150)));
        Instant asked = time.instant();
        try {
            BudgetStore.Chunk chunk = store.draw("project", MINUTE, 1L + random.nextInt(400));
            Instant answered = time.instant();
            long left = Duration.between(answered, asked.plus(chunk.life())).toMillis();
            if (left > 0) {
                spent.add(new Spent(answered.plusMillis((long) (left * random.nextDouble())), chunk.amount()));
            }
        } catch (StoreException lost) {
            // Under REPEATABLE READ whoever lost to all the others twenty times is refused, and is given nothing.
            assertThat(((SQLException) lost.getCause()).getSQLState()).isEqualTo("40001");
        }
    }

    private BudgetStore instance(DataSource source) {
        return new JdbcBudgetStore(
                SharedDatabase.open(source, schema, Tables.DEFAULT_PREFIX, QueueTimings.DEFAULT.standstill()),
                session -> time.instant());
    }

    private static HikariDataSource pool(String isolation) {
        HikariConfig config = new HikariConfig();
        config.setJdbcUrl(Postgres.url());
        config.setMaximumPoolSize(THREADS + 2);
        config.setMinimumIdle(1);
        config.setTransactionIsolation(isolation);
        return new HikariDataSource(config);
    }

    /** Somebody holds the row for ten seconds: only the draw's own patience ends the wait. */
    @Test
    void aDrawThatWaitsForAnotherGivesUpAndOtherBudgetsDoNotWait() throws SQLException {
        BudgetStore store = instance(Postgres.dataSource());
        assertThat(store.draw("project", MINUTE, 1_000).amount()).isEqualTo(1_000);
        try (Connection frozen = Postgres.dataSource().getConnection();
                Statement statement = frozen.createStatement()) {
            frozen.setAutoCommit(false);
            // Ends the test, not the wait: without patience the draw comes through then.
            statement.execute("set local idle_in_transaction_session_timeout = 10000");
            statement.execute("select 1 from " + schema + ".backfill_budget for update");
            assertThat(store.draw("other", MINUTE, 10).amount()).isEqualTo(10);
            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> store.draw("project", MINUTE, 10))
                    .satisfies(refused -> assertThat(((SQLException) refused.getCause()).getSQLState())
                            .isEqualTo("57014"));
            frozen.rollback();
        }
        assertThat(store.draw("project", MINUTE, 6_000).amount())
                .as("nothing was given to who gave up")
                .isEqualTo(5_000);
    }

    /** What is held is free once the database's clock says so: it is held in the database's microseconds. */
    @Test
    void theClockIsTheDatabases() throws SQLException {
        try (JdbcPersistence persistence = JdbcPersistence.dataSource(Postgres.dataSource())
                        .schema(schema)
                        .open();
                Connection connection = Postgres.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            BudgetStore store = persistence.budgets();
            String now = "cast(extract(epoch from clock_timestamp()) * 1000000 as bigint)";
            assertThat(store.draw("project", MINUTE, 6_000).amount()).isEqualTo(6_000);
            hold(statement, now + " + 30000000");
            assertThat(store.draw("project", MINUTE, 1).retryAfter())
                    .isBetween(Duration.ofSeconds(5), Duration.ofSeconds(30));
            hold(statement, now);
            assertThat(store.draw("project", MINUTE, 1).amount()).isEqualTo(1);
        }
    }

    private void hold(Statement statement, String until) throws SQLException {
        statement.execute("update " + schema + ".backfill_budget set grants = '0:' || " + until + " || ':6000'");
    }
}
