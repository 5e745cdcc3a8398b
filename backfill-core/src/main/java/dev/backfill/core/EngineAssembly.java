package dev.backfill.core;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.core.encode.JsonEventEncoder;
import dev.backfill.core.job.EngineManager;
import dev.backfill.core.job.EngineThreads;
import dev.backfill.core.job.InMemoryBudgetStore;
import dev.backfill.core.job.InMemoryJobQueue;
import dev.backfill.core.job.MailboxSessions;
import dev.backfill.core.job.ManagerConfig;
import dev.backfill.core.job.QuotaPlan;
import dev.backfill.core.job.Releases;
import dev.backfill.core.pipeline.RunConfig;
import dev.backfill.core.pipeline.RunScope;
import dev.backfill.core.pipeline.WalkRoom;
import dev.backfill.core.plugin.ContextLoader;
import dev.backfill.core.plugin.PluginCatalog;
import dev.backfill.core.throttle.MemoryBudget;
import dev.backfill.core.throttle.RetryConfig;
import dev.backfill.core.throttle.Throttle;
import dev.backfill.core.throttle.ThrottleConfig;
import dev.backfill.core.time.SystemTime;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.spi.Settings;
import dev.backfill.spi.SinkContext;
import dev.backfill.spi.TimeSource;
import java.security.SecureRandom;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Puts an engine together from what a builder collected: everything is checked before the first thread starts. */
final class EngineAssembly {
    private static final Logger LOG = LoggerFactory.getLogger(EngineAssembly.class);
    private static final int PARTITIONS_AT_ONCE = 4;
    private static final int WALKS_PER_PARTITION = 3;
    private static final int WALK_THREADS_PER_JOB = PARTITIONS_AT_ONCE + 2;
    private static final int CALL_THREADS_PER_JOB = 10;
    private static final int PAGES_PER_BUDGET = 8;

    private final BackfillBuilder given;
    private final Function<AccountRef, AccessTokens> accessTokens;
    private final EngineConfig config;
    /** Closes what was opened, the last first. */
    private final Deque<Runnable> opened = new ArrayDeque<>();

    /** Closes its runs, then what was opened. */
    private @Nullable EngineManager made;

    EngineAssembly(BackfillBuilder given, Function<AccountRef, AccessTokens> accessTokens) {
        this.given = given;
        this.accessTokens = accessTokens;
        this.config = given.config == null ? EngineConfig.fromEnvironment(given.environment) : given.config;
    }

    /** What was opened before a step failed is closed again; the caller would have no way to. */
    BackfillManager start() {
        try {
            return assemble();
        } catch (RuntimeException | Error failed) {
            List<Throwable> thrown = made == null ? Releases.all(opened) : made.closeAll();
            thrown.forEach(stuck -> suppress(failed, stuck));
            throw failed;
        }
    }

    private static void suppress(Throwable failed, Throwable stuck) {
        // A plug-in may throw the same object again, which must not suppress itself.
        if (!failed.equals(stuck)) {
            failed.addSuppressed(stuck);
        }
    }

    private BackfillManager assemble() {
        PluginCatalog catalog = given.plugins.build();
        Map<String, Settings> settings = settings(catalog);
        MessageSink sink = given.sinkId == null ? catalog.onlySink() : catalog.sink(given.sinkId);
        TimeSource time = time();
        EngineThreads threads = new EngineThreads(
                config.instanceName(),
                config.maxConcurrentJobs() * WALK_THREADS_PER_JOB,
                config.maxConcurrentJobs() * CALL_THREADS_PER_JOB);
        opened.push(threads::close);
        Executor walkers = given.executor == null ? threads.walkers() : given.executor;
        Executor calls = given.executor == null ? threads.calls() : given.executor;
        MemoryBudget memory = new MemoryBudget(config.memoryBudgetBytes());
        Throttle throttle = new Throttle(time, calls, budgets(time), memory, throttleConfig(), given.metrics);
        MailboxSessions sessions =
                new MailboxSessions(catalog, accessTokens, throttle, time, settings, quotaPlan(catalog));
        MessagePublisher publisher = open(sink, settingsOf(settings, sink.sinkId()), time);
        opened.push(publisher::close);
        RunScope scope = new RunScope(
                store(),
                publisher,
                given.encoder == null
                        ? new JsonEventEncoder(config.sourceService(), config.orderingByUser())
                        : given.encoder,
                memory,
                walkRoom(time),
                walkers,
                threads.helpers(),
                time,
                new SecureRandom(),
                runConfig());
        ScheduleStore schedules = given.persistence == null ? null : given.persistence.schedules();
        JobQueue queue = queue(time);
        EngineManager manager =
                new EngineManager(managerConfig(), scope, queue, schedules, sessions, List.copyOf(opened));
        made = manager;
        given.listeners.forEach(manager::addListener);
        LOG.info("Backfill starts: providers {}, sink {}, {}", catalog.sources().keySet(), sink.sinkId(), config);
        manager.start(given.queue == null && given.persistence == null);
        return manager;
    }

    private WalkRoom walkRoom(TimeSource time) {
        DoubleSupplier load = given.machineLoad == null ? MachineLoad.ofJvm() : given.machineLoad;
        return new WalkRoom(Runtime.getRuntime().availableProcessors(), load, time);
    }

    private QuotaPlan quotaPlan(PluginCatalog catalog) {
        given.quotas.forEach((provider, quotas) -> {
            if (!catalog.sources().containsKey(provider)) {
                throw new InvalidRequestException(
                        "quotas",
                        "are for " + provider + ", but there are only "
                                + catalog.sources().keySet());
            }
            quotas.forEach(quota -> Throttle.check(provider, quota));
        });
        return new QuotaPlan(given.quotas, given.quotaProject);
    }

    private Map<String, Settings> settings(PluginCatalog catalog) {
        TreeSet<String> known = new TreeSet<>(catalog.sources().keySet());
        known.addAll(catalog.sinks().keySet());
        Map<String, Settings> settings = new HashMap<>();
        for (String id : given.settings.keySet()) {
            if (!known.contains(id)) {
                throw new InvalidRequestException(
                        "settings",
                        "are for " + id + ", but there are only " + known + "; is its jar on the class path?"
                                + " A fat jar must merge the files of META-INF/services");
            }
        }
        known.forEach(id ->
                settings.put(id, new Settings(id, given.settings.getOrDefault(id, Map.of()), given.environment)));
        return settings;
    }

    private static Settings settingsOf(Map<String, Settings> settings, String id) {
        Settings known = settings.get(id);
        return known == null ? Settings.of(id, Map.of()) : known;
    }

    private record OpenedSink(Settings settings, InstantSource clock) implements SinkContext {}

    private static MessagePublisher open(MessageSink sink, Settings settings, TimeSource time) {
        return ContextLoader.call(sink, () -> sink.open(new OpenedSink(settings, time)));
    }

    private TimeSource time() {
        if (given.time != null) {
            return given.time;
        }
        SystemTime own = new SystemTime();
        opened.push(own::close);
        return own;
    }

    private JobStore store() {
        if (given.persistence != null) {
            return given.persistence.jobs();
        }
        return given.store == null ? new InMemoryJobStore() : given.store;
    }

    private BudgetStore budgets(TimeSource time) {
        if (given.budgets != null) {
            return given.budgets;
        }
        return given.persistence == null ? InMemoryBudgetStore.monotonic(time) : given.persistence.budgets();
    }

    private JobQueue queue(TimeSource time) {
        if (given.queue != null) {
            return given.queue;
        }
        return given.persistence == null
                ? InMemoryJobQueue.withThreads(config.instanceName(), config.maxConcurrentJobs(), time)
                : given.persistence.queue(config.instanceName(), config.maxConcurrentJobs());
    }

    private ThrottleConfig throttleConfig() {
        RetryConfig retry = new RetryConfig(
                config.callAttempts(), config.callFirstDelay(), config.callMaxDelay(), config.callTimeout());
        Throttling throttling = config.throttling();
        return new ThrottleConfig(
                retry,
                config.safetyShare(),
                throttling.burstShare(),
                throttling.firstPause(),
                throttling.maxPause(),
                throttling.parkAfter(),
                throttling.maxThrottled(),
                throttling.parkFor(),
                throttling.growAfter());
    }

    private ManagerConfig managerConfig() {
        return new ManagerConfig(
                config.instanceName(),
                config.maxConcurrentJobs(),
                config.defaultBatchSize(),
                config.defaultRateLimit(),
                config.ageStep(),
                config.sweepInterval(),
                limits(config.sharing()),
                config.sharing().slice(),
                config.history().keepFor(),
                config.history().keepJobs());
    }

    /** Limits that nobody set need not be kept, which spares a shared store a lock on each claim. */
    private static JobLimits limits(Sharing sharing) {
        return sharing.maxJobsPerUser() == Sharing.MAX_JOBS && sharing.maxJobsPerCluster() == Sharing.MAX_JOBS
                ? JobLimits.NONE
                : new JobLimits(sharing.maxJobsPerUser(), sharing.maxJobsPerCluster());
    }

    private RunConfig runConfig() {
        return new RunConfig(
                PARTITIONS_AT_ONCE,
                config.maxUnacknowledgedPages(),
                Math.max(1, config.memoryBudgetBytes() / PAGES_PER_BUDGET),
                config.breakerFailuresInRow(),
                config.breakerFailureShare(),
                config.breakerMinimum(),
                config.jobTimeout(),
                config.stopGrace(),
                config.publishFirstDelay(),
                config.publishMaxDelay(),
                config.attachmentMaxBytes(),
                config.catchUpInterval(),
                config.throttling().maxOutage(),
                WALKS_PER_PARTITION);
    }
}
