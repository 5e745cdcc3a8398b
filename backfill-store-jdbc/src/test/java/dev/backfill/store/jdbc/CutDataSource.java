package dev.backfill.store.jdbc;

import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** Connections that a test can cut off: to everybody else the instance behind them is dead. */
final class CutDataSource extends DataSourceWrapper {
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean cut;

    CutDataSource(DataSource real) {
        super(real);
    }

    void cut() {
        cut = true;
    }

    void mend() {
        cut = false;
    }

    boolean isCut() {
        return cut;
    }

    /** How many connections were refused. */
    int refused() {
        return refused.get();
    }

    @Override
    public Connection getConnection() throws SQLException {
        if (Thread.currentThread().isInterrupted()) {
            throw new SQLException("a pool hands nothing to an interrupted thread that has to wait", "08001");
        }
        if (cut) {
            refused.incrementAndGet();
            throw new SQLException("cut off by the test", "08006");
        }
        return super.getConnection();
    }
}
