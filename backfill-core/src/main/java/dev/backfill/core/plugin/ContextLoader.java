package dev.backfill.core.plugin;

import static java.util.Objects.requireNonNull;

import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Runs plug-in code with the plug-in's own class loader as the thread's context class loader, since vendors' libraries look
 * there for theirs. Thread-safe.
 */
public final class ContextLoader {
    private ContextLoader() {}

    /**
     * Calls a plug-in.
     *
     * @param <T> what the call gives
     * @param plugin the plug-in
     * @param call the call, on the calling thread
     * @return what the call gave
     */
    public static <T> T call(Object plugin, Supplier<T> call) {
        return call(requireNonNull(plugin, "plugin").getClass().getClassLoader(), call);
    }

    static <T> T call(@Nullable ClassLoader loader, Supplier<T> call) {
        Thread thread = Thread.currentThread();
        ClassLoader before = thread.getContextClassLoader();
        thread.setContextClassLoader(loader);
        try {
            return call.get();
        } finally {
            thread.setContextClassLoader(before);
        }
    }
}
