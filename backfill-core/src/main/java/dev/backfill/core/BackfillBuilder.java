package dev.backfill.core;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobListener;
import dev.backfill.core.metrics.EngineMetrics;
import dev.backfill.core.plugin.PluginCatalog;
import dev.backfill.core.plugin.PluginCatalogBuilder;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.MessageEncoder;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.Quota;
import dev.backfill.spi.TimeSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.DoubleSupplier;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Collects what an engine is made of. Only {@link #accessTokens} is required, and a sink on the class path or handed in. Not
 * thread-safe; what it builds is.
 */
public final class BackfillBuilder {
    final PluginCatalogBuilder plugins = PluginCatalog.builder();
    final Map<String, Map<String, String>> settings = new HashMap<>();
    final List<JobListener> listeners = new ArrayList<>();

    @Nullable
    Function<AccountRef, AccessTokens> accessTokens;

    @Nullable
    String sinkId;

    @Nullable
    EngineConfig config;

    @Nullable
    JobStore store;

    @Nullable
    Persistence persistence;

    @Nullable
    JobQueue queue;

    @Nullable
    BudgetStore budgets;

    final Map<String, List<Quota>> quotas = new HashMap<>();
    Function<AccountRef, @Nullable String> quotaProject = AccountRef::provider;
    EngineMetrics metrics = EngineMetrics.NONE;

    @Nullable
    MessageEncoder encoder;

    @Nullable
    TimeSource time;

    @Nullable
    DoubleSupplier machineLoad;

    @Nullable
    Executor executor;

    Function<String, @Nullable String> environment = System::getenv;

    BackfillBuilder() {}

    /**
     * Sets where tokens come from. Asked once for each run of a job; the {@link AccessTokens} it gives are asked for each
     * request. Required. When it throws or gives null the job is FAILED as AUTHENTICATION, and an inquiry throws
     * {@link dev.backfill.api.MailboxAccessException}; what it threw is not shown, as it may hold an address.
     *
     * @param value gives the tokens of an account; must not block, the tokens themselves may
     * @return this builder
     */
    public BackfillBuilder accessTokens(Function<AccountRef, AccessTokens> value) {
        accessTokens = once("accessTokens", accessTokens, value);
        return this;
    }

    /**
     * Registers a provider. It stands in for a discovered one of the same class; a discovered one of another class with the
     * same id is a {@code PLUGIN_CONFLICT} where the id is asked for, unless {@link #autoDiscovery(boolean)} is off.
     *
     * @param value the provider
     * @return this builder
     */
    public BackfillBuilder source(EmailSource value) {
        plugins.source(value);
        return this;
    }

    /**
     * Registers the sink. It is taken before discovered ones of other ids, and stands in for one of the same class; one of
     * another class with the same id is a {@code PLUGIN_CONFLICT} at {@link #build()}, unless
     * {@link #autoDiscovery(boolean)} is off.
     *
     * @param value the sink
     * @return this builder
     */
    public BackfillBuilder sink(MessageSink value) {
        plugins.sink(value);
        return this;
    }

    /**
     * Chooses one of several sinks on the class path.
     *
     * @param id its id, for instance {@code pubsub}
     * @return this builder
     */
    public BackfillBuilder sinkId(String id) {
        sinkId = once("sinkId", sinkId, id);
        return this;
    }

    /**
     * Says whether providers and sinks are looked for with {@link java.util.ServiceLoader}. Default true.
     *
     * @param value false to use only those that are registered
     * @return this builder
     */
    public BackfillBuilder autoDiscovery(boolean value) {
        plugins.autoDiscovery(value);
        return this;
    }

    /**
     * Sets the class loader that providers and sinks are looked for with. Default is the one that loaded this library, never
     * the thread's.
     *
     * @param value the class loader
     * @return this builder
     */
    public BackfillBuilder classLoader(ClassLoader value) {
        plugins.classLoader(value);
        return this;
    }

    /**
     * Sets the settings of a provider or sink; each documents its own.
     *
     * @param pluginId the provider's or sink's id, for instance {@code microsoft}
     * @param values names and values
     * @return this builder
     * @throws InvalidRequestException if the plug-in has settings already
     */
    public BackfillBuilder settings(String pluginId, Map<String, String> values) {
        String id = PluginCatalog.providerId(pluginId);
        if (settings.putIfAbsent(id, Map.copyOf(values)) != null) {
            throw new InvalidRequestException("settings", "are set twice for " + id);
        }
        return this;
    }

    /**
     * Sets the engine's configuration. Default is {@link EngineConfig#fromEnvironment} of {@link #environment}.
     *
     * @param value the configuration
     * @return this builder
     */
    public BackfillBuilder config(EngineConfig value) {
        config = once("config", config, value);
        return this;
    }

    /**
     * Sets where environment variables are read. Default is the process's environment.
     *
     * @param value gives a variable's value, or null
     * @return this builder
     */
    public BackfillBuilder environment(Function<String, @Nullable String> value) {
        environment = requireNonNull(value, "environment");
        return this;
    }

    /**
     * Sets where jobs are kept. Default is memory, so that jobs end with the process. The host closes what it hands in.
     * Without a {@link #queue} of the host's, one engine at a time on a store: it takes over what is RUNNING when it begins.
     *
     * @param value the store
     * @return this builder
     */
    public BackfillBuilder store(JobStore value) {
        notBoth(persistence);
        store = once("store", store, value);
        return this;
    }

    /**
     * Sets where jobs and schedules are kept, and who hands out jobs, as one that belongs together. The host closes what it
     * hands in, after the engine.
     *
     * @param value for instance a database file, or the database that several engines share
     * @return this builder
     */
    public BackfillBuilder store(Persistence value) {
        notBoth(store);
        persistence = once("store", persistence, value);
        return this;
    }

    private static void notBoth(@Nullable Object other) {
        if (other != null) {
            throw new InvalidRequestException("store", "is set twice");
        }
    }

    /**
     * Sets who hands out jobs. Default is this process, which takes every job of the store that is RUNNING when it begins for
     * one whose owner is gone: one engine at a time on such a store. The engine starts the queue and closes it.
     *
     * @param value the queue, not started
     * @return this builder
     */
    public BackfillBuilder queue(JobQueue value) {
        queue = once("queue", queue, value);
        return this;
    }

    /**
     * Sets where budgets of a whole app or project are drawn. Default is the {@link #store(Persistence)}, for all engines that
     * share it, or memory, for one process.
     *
     * @param value the budgets
     * @return this builder
     */
    public BackfillBuilder budgets(BudgetStore value) {
        budgets = once("budgets", budgets, value);
        return this;
    }

    /**
     * Sets the limits of a provider, instead of those that the provider names: for a project whose quota was raised or lowered,
     * or to stay under a limit of a day. What requests cost is the provider's own matter, see its settings; those of its settings that
     * make limits mean nothing beside these.
     *
     * @param provider the provider's id
     * @param value all its limits; for instance those of {@code EmailSource.quotas}, with one changed
     * @return this builder
     * @throws InvalidRequestException if they are set twice, or {@code provider} is no provider's id
     */
    public BackfillBuilder quotas(String provider, List<Quota> value) {
        if (quotas.putIfAbsent(PluginCatalog.providerId(provider), List.copyOf(value)) != null) {
            throw new InvalidRequestException("quotas", "are set twice for " + provider);
        }
        return this;
    }

    /**
     * Sets which app or project an account's requests are counted for, where a host has several with one provider. Default is
     * one for each provider. Quotas of the scope PROJECT are kept for each, by all engines that share a {@link #budgets} store.
     *
     * @param value gives the project's name, 1 to 100 characters, the same for every account of the project; never an address
     * @return this builder
     */
    public BackfillBuilder quotaProject(Function<AccountRef, @Nullable String> value) {
        quotaProject = requireNonNull(value, "quotaProject");
        return this;
    }

    /**
     * Sets who hears what the engine does with providers: requests, waits, and how it adapts to them. Default is nobody.
     *
     * @param value for instance {@link dev.backfill.core.metrics.MicrometerMetrics}
     * @return this builder
     */
    public BackfillBuilder metrics(EngineMetrics value) {
        metrics = requireNonNull(value, "metrics");
        return this;
    }

    /**
     * Sets the form of published messages. Default is the JSON event of the wire contract.
     *
     * @param value the encoder
     * @return this builder
     */
    public BackfillBuilder encoder(MessageEncoder value) {
        encoder = once("encoder", encoder, value);
        return this;
    }

    /**
     * Sets the clock, for tests. Default is the machine's.
     *
     * @param value the clock; the host closes it
     * @return this builder
     */
    public BackfillBuilder time(TimeSource value) {
        time = once("time", time, value);
        return this;
    }

    /**
     * Sets what tells how busy the machine is: on a busy machine, to do more at once is slower. While the load is 0.8 or more and the
     * engine's jobs walk 20 windows a core, a job begins no second, third or fourth window of its mailbox beside its first; while
     * they walk more than four a core, a page is read ahead of the sink only after a second. Default is the load that the JVM tells,
     * the container's if it has a limit. A JVM that is pinned to some cores may see the load of all.
     *
     * @param value gives the load of all cores by all processes, 0 for idle to 1, negative or NaN if it is not known, which is
     *     taken for idle as an exception is; must not wait. Asked four times a second at the most. {@code () -> 0} walks
     *     up to four windows of each mailbox on any machine
     * @return this builder
     */
    public BackfillBuilder machineLoad(DoubleSupplier value) {
        machineLoad = once("machineLoad", machineLoad, value);
        return this;
    }

    /**
     * Sets the threads for walks and calls. Default is the engine's own: virtual threads on JDK 21 and newer, bounded pools
     * before. The host shuts it down, after the manager is closed.
     *
     * @param value runs many tasks at once, each of which may wait for hours; a pool should have {@code maxConcurrentJobs}
     *     times sixteen threads: six for each job's walks and questions, without which jobs wait for each other, and ten for
     *     its requests side by side, without which it is slower. The threads that run jobs and the two that help are the
     *     engine's own
     * @return this builder
     */
    public BackfillBuilder executor(Executor value) {
        executor = once("executor", executor, value);
        return this;
    }

    /**
     * Adds a listener from the first event on.
     *
     * @param value the listener
     * @return this builder
     */
    public BackfillBuilder listener(JobListener value) {
        listeners.add(requireNonNull(value, "listener"));
        return this;
    }

    /**
     * Finds providers and sink, checks all settings, opens the sink, and starts the engine. When it throws, all that it opened is
     * closed again, a queue that was handed in as soon as it was started; what goes wrong in closing is suppressed by what is
     * thrown.
     *
     * @return the running engine; the host closes it
     * @throws InvalidRequestException if a setting, or a variable of the environment, is out of range
     * @throws dev.backfill.api.ProviderNotFoundException if there is no sink
     * @throws dev.backfill.spi.SinkException if the sink cannot be opened
     * @throws dev.backfill.spi.StoreException if the store does not answer
     */
    public BackfillManager build() {
        if (accessTokens == null) {
            throw new InvalidRequestException("accessTokens", "must be set");
        }
        return new EngineAssembly(this, accessTokens).start();
    }

    private static <T> T once(String name, @Nullable T before, T value) {
        if (before != null) {
            throw new InvalidRequestException(name, "is set twice");
        }
        return requireNonNull(value, name);
    }
}
