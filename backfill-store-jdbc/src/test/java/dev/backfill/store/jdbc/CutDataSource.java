package dev.backfill.store.jdbc;

import dev.backfill.testkit.Interposed;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;

/** Connections that a test can cut off: to everybody else the instance behind them is dead. */
final class CutDataSource extends DataSourceWrapper {
    private final AtomicInteger refused = new AtomicInteger();
    private final AtomicInteger out = new AtomicInteger();
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

    /**
     * True once it is cut off and every connection that was handed out before is back: what its instance had under way then has
     * arrived by now, or never will.
     */
    boolean isSilent() {
        return cut && out.get() == 0;
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
        // Before the look at the cut: whoever is not counted yet when all is silent will be refused.
        out.incrementAndGet();
        boolean given = false;
        try {
            if (cut) {
                refused.incrementAndGet();
                throw new SQLException("cut off by the test", "08006");
            }
            Connection connection = counted(super.getConnection());
            given = true;
            return connection;
        } finally {
            if (!given) {
                out.decrementAndGet();
            }
        }
    }

    private Connection counted(Connection connection) {
        AtomicBoolean back = new AtomicBoolean();
        return Interposed.between(Connection.class, connection, (method, arguments, real) -> {
            try {
                return real.call(arguments);
            } finally {
                if (method.equals("close") && back.compareAndSet(false, true)) {
                    out.decrementAndGet();
                }
            }
        });
    }
}
