package dev.backfill.core.pipeline;

import dev.backfill.core.plugin.ContextLoader;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import org.jspecify.annotations.Nullable;
import org.slf4j.MDC;

/**
 * Runs what a run asks of its mailbox on the engine's threads, with the plug-in's class loader and the job's logging context,
 * and can interrupt all of it. Thread-safe.
 */
final class RunTasks {
    private final Executor executor;
    private final Object plugin;
    private final @Nullable Map<String, String> loggingContext = MDC.getCopyOfContextMap();
    private final Set<Interruptible> running = ConcurrentHashMap.newKeySet();

    /** Takes over the logging context of the thread that makes it. */
    RunTasks(Executor executor, Object plugin) {
        this.executor = executor;
        this.plugin = plugin;
    }

    void start(Runnable task) {
        Interruptible[] self = new Interruptible[1];
        self[0] = new Interruptible(() -> {
            try {
                inContext(task);
            } finally {
                running.remove(self[0]);
            }
        });
        running.add(self[0]);
        executor.execute(self[0]);
    }

    void interruptAll() {
        running.forEach(Interruptible::interrupt);
    }

    private void inContext(Runnable task) {
        Map<String, String> before = MDC.getCopyOfContextMap();
        setLoggingContext(loggingContext);
        try {
            ContextLoader.call(plugin, () -> {
                task.run();
                return true;
            });
        } finally {
            setLoggingContext(before);
        }
    }

    private static void setLoggingContext(@Nullable Map<String, String> context) {
        if (context == null) {
            MDC.clear();
        } else {
            MDC.setContextMap(context);
        }
    }
}
