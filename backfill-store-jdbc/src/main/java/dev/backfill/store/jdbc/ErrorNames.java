package dev.backfill.store.jdbc;

import java.sql.SQLException;
import java.util.Collections;
import java.util.IdentityHashMap;
import java.util.Set;

/**
 * What a log may show of an error: the classes of it and its causes, eight at the most, each with the place it was thrown at and
 * the SQL state. Never a message: databases repeat the values of rows in theirs, and an account may be an address. Stateless and
 * thread-safe.
 */
final class ErrorNames {
    private static final int MAX_ERRORS = 8;
    private static final int STATE = 5;

    private ErrorNames() {}

    /** Describes an error on one line. */
    static String of(Throwable error) {
        StringBuilder text = new StringBuilder();
        Set<Throwable> seen = Collections.newSetFromMap(new IdentityHashMap<>());
        for (Throwable next = error;
                next != null && seen.size() < MAX_ERRORS && seen.add(next);
                next = next.getCause()) {
            text.append(text.isEmpty() ? "" : ", caused by ")
                    .append(next.getClass().getName());
            if (next instanceof SQLException sql && sql.getSQLState() != null) {
                String state = sql.getSQLState();
                text.append(" [")
                        .append(state, 0, Math.min(STATE, state.length()))
                        .append(']');
            }
            StackTraceElement[] stack = next.getStackTrace();
            if (stack.length > 0) {
                text.append(" at ")
                        .append(stack[0].getClassName())
                        .append('.')
                        .append(stack[0].getMethodName())
                        .append(':')
                        .append(stack[0].getLineNumber());
            }
        }
        return text.toString();
    }
}
