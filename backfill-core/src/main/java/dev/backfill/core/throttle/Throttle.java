package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.core.metrics.EngineMetrics;
import dev.backfill.spi.BudgetStore;
import dev.backfill.spi.Quota;
import dev.backfill.spi.TimeSource;
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
    private final TimeSource time;
    private final Executor callThreads;
    private final BudgetStore budgets;
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
     * @param config the limits of patience
     * @param metrics hears of it
     */
    public Throttle(
            TimeSource time, Executor callThreads, BudgetStore budgets, ThrottleConfig config, EngineMetrics metrics) {
        this(
                time,
                callThreads,
                budgets,
                config,
                metrics,
                () -> ThreadLocalRandom.current().nextDouble());
    }

    /** With a given source of jitter, 0 to 1. */
    Throttle(
            TimeSource time,
            Executor callThreads,
            BudgetStore budgets,
            ThrottleConfig config,
            EngineMetrics metrics,
            DoubleSupplier random) {
        this.time = requireNonNull(time, "time");
        this.callThreads = requireNonNull(callThreads, "callThreads");
        this.budgets = requireNonNull(budgets, "budgets");
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
     * @throws InvalidRequestException if a quota cannot be kept: requests at the same time, or bytes, that mailboxes share
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
     * @throws InvalidRequestException if it is shared by mailboxes and of requests at the same time, or of bytes
     */
    public static void check(String provider, Quota quota) {
        boolean shared = quota.scope() != Quota.Scope.MAILBOX;
        boolean counted = quota.measure() == Quota.Measure.REQUESTS || quota.measure() == Quota.Measure.UNITS;
        if (shared && !counted) {
            throw new InvalidRequestException(
                    "quotas",
                    "of " + provider + ": what mailboxes share is REQUESTS or UNITS, but " + quota.name() + " is "
                            + quota.measure());
        }
    }

    private MailboxLimits newLimits(LimitsRegistry.Key key) {
        LimitsRegistry.Key projectKey = new LimitsRegistry.Key(key.provider(), key.projectKey(), "", key.quotas());
        ProjectLimits project = projects.computeIfAbsent(
                projectKey,
                absent -> new ProjectLimits(
                        absent.provider(), absent.projectKey(), absent.quotas(), time, budgets, config, random));
        return new MailboxLimits(key.quotas(), project, time, config, metricsOf(key.provider()), random);
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

    ThrottleConfig config() {
        return config;
    }

    Retries retries() {
        return retries;
    }
}
