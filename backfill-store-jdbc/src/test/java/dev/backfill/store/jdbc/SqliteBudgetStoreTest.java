package dev.backfill.store.jdbc;

import dev.backfill.spi.BudgetStore;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.contract.BudgetStoreContract;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

class SqliteBudgetStoreTest implements BudgetStoreContract {
    private static final Tables TABLES = new Tables(null, Tables.DEFAULT_PREFIX);

    private final ManualTime time = new ManualTime();
    private SqliteFile file;

    @BeforeEach
    void open(@TempDir Path folder) {
        file = SqliteFile.open(folder.resolve("store.db"), TABLES);
    }

    @AfterEach
    void close() {
        file.close();
    }

    @Override
    public BudgetStore drawer() {
        Database database = new Database(Dialect.SQLITE, file.writer(), file.reader(), TABLES);
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
}
