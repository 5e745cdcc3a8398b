package dev.backfill.core.job;

import dev.backfill.core.log.ErrorText;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The engine's own threads, named {@code backfill-<manager>-<role>-<n>}: virtual ones where the JDK has them (21 and newer),
 * else bounded pools of daemon threads that end when idle. Thread-safe.
 */
public final class EngineThreads implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(EngineThreads.class);
    private static final long IDLE_SECONDS = 10;
    private static final int HELPERS = 2;
    private static final int FIRST_JDK_WITH_VIRTUAL_THREADS = 21;

    private final ExecutorService walkers;
    private final ExecutorService calls;
    private final ExecutorService helpers;

    /**
     * Makes executors; their threads start with their tasks.
     *
     * @param manager the manager's name
     * @param walkers how many walks run at once on a JDK without virtual threads
     * @param calls how many calls run at once there
     */
    public EngineThreads(String manager, int walkers, int calls) {
        this.walkers = executor("backfill-" + manager + "-walk-", walkers);
        this.calls = executor("backfill-" + manager + "-call-", calls);
        this.helpers = executor("backfill-" + manager + "-help-", HELPERS);
    }

    /** {@return the threads for tasks that wait long: walks and questions to mailboxes} */
    public ExecutorService walkers() {
        return walkers;
    }

    /** {@return the threads for tasks that never wait: the sweep, and handing a message to the sink again} */
    public ExecutorService helpers() {
        return helpers;
    }

    /** {@return the threads for single requests, which may wait for quota} */
    public ExecutorService calls() {
        return calls;
    }

    /** Interrupts what runs and forgets what waits. */
    @Override
    public void close() {
        walkers.shutdownNow();
        calls.shutdownNow();
        helpers.shutdownNow();
    }

    private static ExecutorService executor(String prefix, int threads) {
        if (Runtime.version().feature() >= FIRST_JDK_WITH_VIRTUAL_THREADS) {
            return virtual(prefix);
        }
        AtomicInteger number = new AtomicInteger();
        ThreadFactory factory = task -> {
            Thread thread = new Thread(task, prefix + number.incrementAndGet());
            thread.setDaemon(true);
            thread.setUncaughtExceptionHandler(EngineThreads::logUncaught);
            return thread;
        };
        return new ReusingPool(threads, IDLE_SECONDS, factory);
    }

    private static void logUncaught(Thread thread, Throwable error) {
        LOG.error("Thread {} ended with an error: {}", thread.getName(), ErrorText.withStack(error));
    }

    /** The API of JDK 21, looked up since the library is compiled for 17. */
    private static ExecutorService virtual(String prefix) {
        MethodHandles.Lookup lookup = MethodHandles.publicLookup();
        try {
            Class<?> builder = Class.forName("java.lang.Thread$Builder");
            Class<?> ofVirtual = Class.forName("java.lang.Thread$Builder$OfVirtual");
            Object virtual = lookup.findStatic(Thread.class, "ofVirtual", MethodType.methodType(ofVirtual))
                    .invoke();
            MethodHandle name =
                    lookup.findVirtual(builder, "name", MethodType.methodType(builder, String.class, long.class));
            Object named = name.invoke(virtual, prefix, 1L);
            MethodHandle watched = lookup.findVirtual(
                    builder,
                    "uncaughtExceptionHandler",
                    MethodType.methodType(builder, Thread.UncaughtExceptionHandler.class));
            Thread.UncaughtExceptionHandler log = EngineThreads::logUncaught;
            Object safe = watched.invoke(named, log);
            MethodHandle factory = lookup.findVirtual(builder, "factory", MethodType.methodType(ThreadFactory.class));
            ThreadFactory threads = (ThreadFactory) factory.invoke(safe);
            MethodHandle executor = lookup.findStatic(
                    Executors.class,
                    "newThreadPerTaskExecutor",
                    MethodType.methodType(ExecutorService.class, ThreadFactory.class));
            return (ExecutorService) executor.invoke(threads);
        } catch (Error fatal) {
            throw fatal;
        } catch (Throwable impossible) {
            throw new IllegalStateException("JDK 21 and newer have virtual threads", impossible);
        }
    }
}
