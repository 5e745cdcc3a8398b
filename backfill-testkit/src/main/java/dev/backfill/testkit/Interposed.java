package dev.backfill.testkit;

import static java.util.Objects.requireNonNull;

import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Method;
import java.lang.reflect.Proxy;
import org.jspecify.annotations.Nullable;

/**
 * Stands between those who call a port or a plug-in and the real one, so that a test says only what is different: it watches a
 * call, answers it itself, or has it fail. Thread-safe if what the test does is.
 *
 * <pre>{@code
 * MessagePublisher failing = Interposed.between(MessagePublisher.class, real, (method, arguments, real) -> {
 *     if (method.equals("flush")) {
 *         throw new IllegalStateException("as wanted");
 *     }
 *     return real.call(arguments);
 * });
 * }</pre>
 */
public final class Interposed {
    private static final Object[] NOTHING = {};

    private Interposed() {}

    /** What happens instead of a call. */
    @FunctionalInterface
    public interface Change {
        /**
         * Answers a call, on the caller's thread.
         *
         * @param method the method's name
         * @param arguments what it was given, in order; empty for nothing, and the test's to change
         * @param real answers the call for those who want that
         * @return what the caller gets; null where the method gives nothing
         * @throws Throwable what the caller gets instead
         */
        @Nullable
        Object call(String method, @Nullable Object[] arguments, Real real) throws Throwable;
    }

    /** The call of the real one. */
    @FunctionalInterface
    public interface Real {
        /**
         * Makes the call.
         *
         * @param arguments what to give, in order
         * @return its answer
         * @throws Throwable what it threw
         */
        @Nullable
        Object call(@Nullable Object... arguments) throws Throwable;
    }

    /**
     * Stands before a real one.
     *
     * @param <T> the port
     * @param type what both are, an interface
     * @param real the real one
     * @param change what happens instead of each call
     * @return what to hand to those who call
     */
    public static <T> T between(Class<T> type, T real, Change change) {
        requireNonNull(real, "real");
        requireNonNull(change, "change");
        return type.cast(Proxy.newProxyInstance(
                type.getClassLoader(),
                new Class<?>[] {type},
                (proxy, method, arguments) -> change.call(
                        method.getName(),
                        arguments == null ? NOTHING : arguments,
                        given -> call(method, real, given))));
    }

    private static @Nullable Object call(Method method, Object real, @Nullable Object[] arguments) throws Throwable {
        try {
            return method.invoke(real, arguments);
        } catch (InvocationTargetException thrown) {
            // The caller shall see what it would have seen without this between.
            throw thrown.getCause();
        }
    }
}
