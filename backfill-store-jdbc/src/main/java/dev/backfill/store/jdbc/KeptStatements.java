package dev.backfill.store.jdbc;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import javax.sql.DataSource;
import org.jspecify.annotations.Nullable;

/**
 * A connection that keeps the statements it prepared, for SQLite's driver compiles the text of each anew, which takes longer than
 * most of them run. It lies below the pool, which so hears of what a statement throws. Used by one thread at a time, as any
 * connection is.
 */
final class KeptStatements implements InvocationHandler {
    /** How many a connection keeps; all that the store says again and again are fewer. Beyond, the one unused longest is closed. */
    static final int MOST = 100;

    private static final Set<String> HARMLESS = Set.of(
            "execute",
            "executeQuery",
            "executeUpdate",
            "executeBatch",
            "addBatch",
            "getUpdateCount",
            "getWarnings",
            "isClosed",
            "equals",
            "hashCode",
            "toString");

    private final Connection connection;
    /** Those that nobody uses, by their text, the one unused longest first. */
    private final Map<String, PreparedStatement> idle = new LinkedHashMap<>();

    private KeptStatements(Connection connection) {
        this.connection = connection;
    }

    /**
     * Has all connections of a source keep their statements.
     *
     * @param source gives connections of SQLite's driver, whose statements may be run again after anything but an error
     * @return the same connections, each with statements of its own; a connection that is closed closes them
     */
    static DataSource of(DataSource source) {
        return proxy(DataSource.class, (self, method, arguments) -> {
            Object answer = pass(source, method, arguments);
            return answer instanceof Connection opened ? proxy(Connection.class, new KeptStatements(opened)) : answer;
        });
    }

    @Override
    public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments) throws Throwable {
        if (isOf(method, "prepareStatement") && arguments != null && arguments.length == 1) {
            String sql = (String) arguments[0];
            PreparedStatement kept = idle.remove(sql);
            return proxy(
                    PreparedStatement.class, new Lent(sql, kept == null ? connection.prepareStatement(sql) : kept));
        }
        if (isOf(method, "close")) {
            // The driver closes the statements with it.
            idle.clear();
        }
        return isOf(method, "equals") ? same(self, arguments) : pass(connection, method, arguments);
    }

    private void keep(String sql, PreparedStatement statement) throws SQLException {
        PreparedStatement twin = idle.put(sql, statement);
        if (twin != null) {
            twin.close();
        }
        if (idle.size() > MOST) {
            String eldest = idle.keySet().iterator().next();
            PreparedStatement unused = idle.remove(eldest);
            if (unused != null) {
                unused.close();
            }
        }
    }

    /** A statement from its preparation to its close. One that failed, or was set up in an unusual way, is not kept. */
    private final class Lent implements InvocationHandler {
        private final String sql;
        private final PreparedStatement statement;
        private @Nullable ResultSet result;
        private boolean mayBeKept = true;
        private boolean closed;

        Lent(String sql, PreparedStatement statement) {
            this.sql = sql;
            this.statement = statement;
        }

        @Override
        public @Nullable Object invoke(Object self, Method method, Object @Nullable [] arguments) throws Throwable {
            if (isOf(method, "close")) {
                close();
                return null;
            }
            if (isOf(method, "isClosed")) {
                return closed || statement.isClosed();
            }
            if (isOf(method, "equals")) {
                return same(self, arguments);
            }
            if (closed) {
                throw new SQLException("the statement is closed");
            }
            mayBeKept &= HARMLESS.contains(method.getName()) || isParameter(method);
            try {
                Object answer = pass(statement, method, arguments);
                if (answer instanceof ResultSet rows) {
                    result = rows;
                }
                return answer;
            } catch (SQLException failed) {
                mayBeKept = false;
                throw failed;
            }
        }

        private void close() throws SQLException {
            if (closed) {
                return;
            }
            closed = true;
            if (!mayBeKept || connection.isClosed()) {
                statement.close();
                return;
            }
            // Nothing stays behind: a result that is not read to its end would hold the file as it was, for all later
            // reads.
            if (result != null) {
                result.close();
            }
            statement.clearParameters();
            statement.clearBatch();
            keep(sql, statement);
        }
    }

    /** {@return true for what sets a parameter, by its place; what else is set would be so for the next user} */
    private static boolean isParameter(Method method) {
        return method.getName().startsWith("set")
                && method.getParameterCount() > 1
                && method.getParameterTypes()[0] == int.class;
    }

    private static boolean isOf(Method method, String name) {
        return method.getName().equals(name);
    }

    @SuppressWarnings("ReferenceEquality") // Of proxies only identity is known
    private static boolean same(Object self, Object @Nullable [] arguments) {
        return arguments != null && arguments[0] == self;
    }

    private static <T> T proxy(Class<T> type, InvocationHandler handler) {
        return type.cast(Proxy.newProxyInstance(KeptStatements.class.getClassLoader(), new Class<?>[] {type}, handler));
    }

    private static @Nullable Object pass(Object target, Method method, Object @Nullable [] arguments) throws Throwable {
        try {
            return method.invoke(target, arguments);
        } catch (InvocationTargetException thrown) {
            throw thrown.getCause() == null ? thrown : thrown.getCause();
        }
    }
}
