package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.core.metrics.EngineMetrics;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.spi.TimeSource;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executor;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.DoubleSupplier;

/**
 * What all gates of one process share: the quotas of each mailbox, the budgets and the fence of each project. One for each
 * manager. Starts no thread; thread-safe.
 */
public final class Throttle {
    private static final int HASH_BYTES = 18;

    private final TimeSource time;
    private final Executor callThreads;
    private final BudgetStore budgets;
    private final MemoryBudget memory;
    private final ThrottleConfig config;
    private final EngineMetrics metrics;
    private final DoubleSupplier random;
    private final Retries retries;
    private final LimitsRegistry mailboxes;
    private final Map<String, ProviderMetrics> providers = new ConcurrentHashMap<>();
    private final Map<LimitsRegistry.Key, ProjectLimits> projects = new ConcurrentHashMap<>();

    /**
     * Makes a throttle.
     *
     * @param time the clock and the timers
     * @param callThreads runs requests sent side by side; may be as small as it likes, even refuse: the caller's own thread
     *     always sends too
     * @param budgets where the quotas of whole projects are drawn from
     * @param memory where the memory of large answers is taken from while they are read
     * @param config the limits of patience
     * @param metrics hears of it
     */
    public Throttle(
            TimeSource time,
            Executor callThreads,
            BudgetStore budgets,
            MemoryBudget memory,
            ThrottleConfig config,
            EngineMetrics metrics) {
        this(
                time,
                callThreads,
                budgets,
                memory,
                config,
                metrics,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    /** With a given source of jitter, 0 to 1. */
    Throttle(
            TimeSource time,
            Executor callThreads,
            BudgetStore budgets,
            MemoryBudget memory,
            ThrottleConfig config,
            EngineMetrics metrics,
            DoubleSupplier random) {
        this.time = requireNonNull(time, "time");
        this.callThreads = requireNonNull(callThreads, "callThreads");
        this.budgets = requireNonNull(budgets, "budgets");
        this.memory = requireNonNull(memory, "memory");
        this.config = requireNonNull(config, "config");
        this.metrics = requireNonNull(metrics, "metrics");
        this.random = random;
        this.retries = new Retries(config.retry(), random);
        this.mailboxes = new LimitsRegistry(time, this::newLimits);
    }

    /**
     * Opens a gate; the caller closes it at the end of its run.
     *
     * @param request what it is for
     * @return the gate
     * @throws InvalidRequestException if a quota cannot be kept: requests at the same time that mailboxes share
     */
    public MailboxGate open(GateRequest request) {
        request.quotas().forEach(quota -> check(request.provider(), quota));
        return new Gate(request, this);
    }

    /**
     * Checks that a quota can be kept.
     *
     * @param provider whose it is
     * @param quota the quota
     * @throws InvalidRequestException if it is shared by mailboxes and of requests at the same time
     */
    public static void check(String provider, Quota quota) {
        if (quota.scope() != Quota.Scope.MAILBOX && quota.measure() == Quota.Measure.CONCURRENT) {
            throw new InvalidRequestException(
                    "quotas",
                    "of " + provider + ": what mailboxes share is REQUESTS, UNITS or BYTES, but " + quota.name()
                            + " is " + quota.measure());
        }
    }

    private MailboxLimits newLimits(LimitsRegistry.Key key) {
        LimitsRegistry.Key projectKey = new LimitsRegistry.Key(key.provider(), key.projectKey(), "", key.quotas());
        ProjectLimits project = projects.computeIfAbsent(projectKey, this::newProject);
        return new MailboxLimits(key.quotas(), project, time, config, metricsOf(key.provider()), random);
    }

    private ProjectLimits newProject(LimitsRegistry.Key key) {
        List<DrawnBudget> shared = key.quotas().stream()
                .filter(quota -> quota.scope() != Quota.Scope.MAILBOX)
                // Each project has its own part of what all share, drawn under one name.
                .map(quota -> budget(quota.scope() == Quota.Scope.GLOBAL ? key.provider() : key.projectKey(), quota))
                .toList();
        return new ProjectLimits(time, config, random, new DrawnBudgets(budgets, shared));
    }

    private DrawnBudget budget(String owner, Quota quota) {
        return new DrawnBudget(time, owner, quota, config);
    }

    /**
     * The budgets of one mailbox that are kept in the store.
     *
     * @param request what a gate is for
     * @param mailboxKey the mailbox's canonical key
     */
    DrawnBudgets ownBudgets(GateRequest request, String mailboxKey) {
        String owner = request.projectKey() + "/" + hashed(mailboxKey);
        List<Quota> own = new ArrayList<>(request.dayShares());
        request.quotas().stream()
                .filter(quota -> quota.scope() == Quota.Scope.MAILBOX && DrawnBudgets.keeps(quota))
                .forEach(own::add);
        return new DrawnBudgets(
                budgets, own.stream().map(quota -> budget(owner, quota)).toList());
    }

    /** A mailbox's key may be an address, which belongs in no table of budgets. */
    private static String hashed(String mailboxKey) {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(mailboxKey.getBytes(StandardCharsets.UTF_8));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Arrays.copyOf(hash, HASH_BYTES));
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    /** No budgets, for a mailbox whose key is not known yet. */
    DrawnBudgets noBudgets() {
        return new DrawnBudgets(budgets, List.of());
    }

    /** Tells the host's metrics of one provider. */
    ProviderMetrics metricsOf(String provider) {
        return providers.computeIfAbsent(provider, absent -> new ProviderMetrics(metrics, absent));
    }

    LimitsRegistry mailboxes() {
        return mailboxes;
    }

    TimeSource time() {
        return time;
    }

    Executor callThreads() {
        return callThreads;
    }

    MemoryBudget memory() {
        return memory;
    }

    /** {@return how the limits are kept} */
    public ThrottleConfig config() {
        return config;
    }

    Retries retries() {
        return retries;
    }
}
