package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.contract.BudgetStoreContract;
import java.nio.file.Path;
import java.sql.Connection;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
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

    @Test
    void rowsInWhichNothingCountsAnyMoreAreDeletedInTime() throws SQLException {
        BudgetStore store = drawer();
        for (int mailbox = 0; mailbox < 50; mailbox++) {
            store.draw("mailbox-" + mailbox, MINUTE, 1);
        }
        Quota day = new Quota("day", Quota.Measure.BYTES, Quota.Scope.MAILBOX, 100, Duration.ofDays(1));
        store.spend("kept", day, 100);
        assertThat(rows()).isEqualTo(51);

        time.advance(Duration.ofHours(2));
        store.draw("new", MINUTE, 1);

        assertThat(rows()).isEqualTo(2);
        assertThat(store.draw("kept", day, 1).amount()).isZero();
    }

    private long rows() throws SQLException {
        try (Connection connection = file.reader().getConnection();
                Statement statement = connection.createStatement();
                ResultSet rows = statement.executeQuery("select count(*) from backfill_budget")) {
            rows.next();
            return rows.getLong(1);
        }
    }
}
