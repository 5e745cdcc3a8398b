package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.contract.BudgetStoreContract;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import org.junit.jupiter.api.Test;

class PostgresBudgetStoreTest implements BudgetStoreContract {
    private static final QueueTimings TIMINGS = QueueTimings.DEFAULT;

    private final ManualTime time = new ManualTime();
    private final String schema = Postgres.newSchema();
    private final Database database =
            SharedDatabase.open(Postgres.dataSource(), schema, Tables.DEFAULT_PREFIX, TIMINGS.standstill());

    @Override
    public BudgetStore drawer() {
        return new JdbcBudgetStore(database, session -> time.instant());
    }

    @Override
    public Instant now() {
        return time.instant();
    }

    @Override
    public void advance(Duration duration) {
        time.advance(duration);
    }

    /** By the database's own clock, and as instances do: each with its connections, several at once, some for the first time. */
    @Test
    void instancesThatDrawAtOnceStayUnderOneBudget() throws Exception {
        Quota hourly = new Quota("hourly", Quota.Measure.UNITS, Quota.Scope.PROJECT, 1_000, Duration.ofHours(1));
        ExecutorService threads = Executors.newFixedThreadPool(8);
        try {
            for (int round = 0; round < 2; round++) {
                String key = "google/project-" + round + "/hourly";
                List<Callable<Long>> instances = Collections.nCopies(8, () -> drawnByAnInstance(key, hourly));
                long given = 0;
                for (Future<Long> instance : threads.invokeAll(instances)) {
                    given += instance.get();
                }
                assertThat(given).isEqualTo(hourly.amount());
            }
        } finally {
            threads.shutdownNow();
        }
    }

    private long drawnByAnInstance(String key, Quota budget) {
        long given = 0;
        try (JdbcPersistence instance =
                JdbcPersistence.dataSource(Postgres.dataSource()).schema(schema).open()) {
            for (int i = 0; i < 10; i++) {
                given += instance.budgets().draw(key, budget, 37).amount();
            }
        }
        return given;
    }

    @Test
    void withoutTheDatabaseNobodyDraws() {
        CutDataSource wire = new CutDataSource(Postgres.dataSource());
        try (JdbcPersistence instance =
                JdbcPersistence.dataSource(wire).schema(schema).open()) {
            assertThat(instance.budgets().draw("key", MINUTE, 10).amount()).isEqualTo(10);
            wire.cut();

            assertThatExceptionOfType(StoreException.class)
                    .isThrownBy(() -> instance.budgets().draw("key", MINUTE, 10))
                    .withMessageContaining("budget");
        }
    }

    /** What a killed process drew still counts: it may have spent it. */
    @Test
    void whatWasDrawnOutlivesTheInstance() {
        try (JdbcPersistence first =
                JdbcPersistence.dataSource(Postgres.dataSource()).schema(schema).open()) {
            first.budgets().draw("key", MINUTE, 6_000);
        }
        try (JdbcPersistence second =
                JdbcPersistence.dataSource(Postgres.dataSource()).schema(schema).open()) {
            assertThat(second.budgets().draw("key", MINUTE, 1).amount()).isZero();
        }
    }
}
