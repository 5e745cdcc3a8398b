package dev.backfill.store.jdbc;

import java.io.PrintWriter;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.SQLFeatureNotSupportedException;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.logging.Logger;
import javax.sql.DataSource;

/** Connections that a test can cut off: to everybody else the instance behind them is dead. */
final class CutDataSource implements DataSource {
    private final DataSource real;
    private final AtomicInteger refused = new AtomicInteger();
    private volatile boolean cut;

    CutDataSource(DataSource real) {
        this.real = real;
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
        return real.getConnection();
    }

    @Override
    public Connection getConnection(String username, String password) throws SQLException {
        return getConnection();
    }

    @Override
    public PrintWriter getLogWriter() throws SQLException {
        return real.getLogWriter();
    }

    @Override
    public void setLogWriter(PrintWriter out) throws SQLException {
        real.setLogWriter(out);
    }

    @Override
    public void setLoginTimeout(int seconds) throws SQLException {
        real.setLoginTimeout(seconds);
    }

    @Override
    public int getLoginTimeout() throws SQLException {
        return real.getLoginTimeout();
    }

    @Override
    public Logger getParentLogger() throws SQLFeatureNotSupportedException {
        return real.getParentLogger();
    }

    @Override
    public <T> T unwrap(Class<T> type) throws SQLException {
        return real.unwrap(type);
    }

    @Override
    public boolean isWrapperFor(Class<?> type) throws SQLException {
        return real.isWrapperFor(type);
    }
}
