package dev.backfill.core;

import static dev.backfill.core.ConfigChecks.inRange;
import static dev.backfill.core.ConfigChecks.notAfter;
import static java.util.Objects.requireNonNull;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.InvalidRequestException;
import java.time.Duration;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * How the engine behaves for all its jobs. It holds no secret. Immutable and thread-safe.
 *
 * <pre>{@code
 * EngineConfig config = EngineConfig.builder().maxConcurrentJobs(20).orderingByUser(true).build();
 * }</pre>
 *
 * @param instanceName names this engine in logs, leases and metrics, {@code [A-Za-z0-9._-]{1,64}}, unique among the engines
 *     that share a store; by default random
 * @param maxConcurrentJobs jobs that run at once in this engine, 1 to 1,000, default 5; more are queued
 * @param jobTimeout how long a job may work (not queued, parked, paused or throttled), 1 second to 365 days, default 24 hours
 * @param defaultBatchSize messages a page for requests that do not say, 1 to 1,000, default 100
 * @param defaultRateLimit requests a second for requests that do not say, 1 to 1,000, default 100
 * @param memoryBudgetBytes bytes of mail held at once by all jobs (model, contents, encoded form and the sink's copy), 1 MiB
 *     to 1 TiB, default a quarter of the heap's maximum; one message's contents may be held beyond it
 * @param maxUnacknowledgedPages pages of one partition that may wait for the sink's acknowledgements, 1 to 64, default 4; while the machine
 *     is busy with more than four windows a core the next waits until those before are stored, for a second at the most, see
 *     {@link BackfillBuilder#machineLoad}
 * @param breakerFailuresInRow failed messages in a row that fail a job, 1 to 1,000,000, default 50
 * @param breakerFailureShare share of failed messages that fails a job, over 0 and at most 1 (1: never), default 0.5
 * @param breakerMinimum messages of one run that must have failed before the share counts, 1 to 1,000,000, default 200
 * @param callTimeout how long one provider request may take, its answer read, 100 ms to 10 minutes, default 60 s
 * @param callAttempts how often a provider request is tried in all, 1 to 100, default 6; throttled tries do not count
 * @param callFirstDelay the pause before the second try, 1 ms to 1 minute, default 500 ms; it doubles with each try
 * @param callMaxDelay the longest pause between two tries, 1 ms to 10 minutes, default 30 s, not below the first
 * @param safetyShare the share of each provider quota that is used, over 0 and at most 1, default 0.95
 * @param publishFirstDelay the pause before a message is handed to the sink again, 1 ms to 1 minute, default 200 ms; it
 *     doubles with each try
 * @param publishMaxDelay the longest such pause, 1 ms to 10 minutes, default 30 s, not below the first
 * @param ageStep how long a queued job waits to gain one step of priority, 1 second to 24 hours, default 5 minutes
 * @param sweepInterval how often an instance looks for commands that were given on others and for queued jobs without a run,
 *     10 ms to 1 minute, default 500 ms; with the grace it is how long such a command may take
 * @param stopGrace how long acknowledgements still count after a pause or cancel, 0 to 1 minute, default 1 s
 * @param attachmentMaxBytes the largest attachment whose content is published, where a request asks for contents, 0 (none)
 *     to 64 MiB, default 1 MiB
 * @param catchUpInterval how often a job that still walks its mailbox reads what changed meanwhile, so that the provider does not
 *     forget its marks before the walk ends (Gmail's history is kept for a week, seldom for a few hours only); 1 minute to 365
 *     days, default 1 hour
 * @param sourceService the {@code source_service} of published messages, 1 to 128 characters, default {@code office-service}
 * @param orderingByUser true to publish with the user's key as ordering key, default false
 * @param sharing how jobs share what there is to run them
 * @param throttling how providers' limits are borne
 * @param history how long ended jobs stay in the store
 */
public record EngineConfig(
        String instanceName,
        int maxConcurrentJobs,
        Duration jobTimeout,
        int defaultBatchSize,
        int defaultRateLimit,
        long memoryBudgetBytes,
        int maxUnacknowledgedPages,
        int breakerFailuresInRow,
        double breakerFailureShare,
        int breakerMinimum,
        Duration callTimeout,
        int callAttempts,
        Duration callFirstDelay,
        Duration callMaxDelay,
        double safetyShare,
        Duration publishFirstDelay,
        Duration publishMaxDelay,
        Duration ageStep,
        Duration sweepInterval,
        Duration stopGrace,
        long attachmentMaxBytes,
        Duration catchUpInterval,
        String sourceService,
        boolean orderingByUser,
        Sharing sharing,
        Throttling throttling,
        History history) {
    /** The default of {@link #maxConcurrentJobs()}: {@value}. */
    public static final int DEFAULT_MAX_CONCURRENT_JOBS = 5;

    /** The greatest {@link #maxConcurrentJobs()}: {@value}. */
    public static final int MAX_CONCURRENT_JOBS = 1_000;

    /** The default of {@link #jobTimeout()}: 24 hours. */
    public static final Duration DEFAULT_JOB_TIMEOUT = Duration.ofHours(24);

    /** The longest {@link #jobTimeout()}: 365 days. */
    public static final Duration MAX_JOB_TIMEOUT = Duration.ofDays(365);

    /** The default of {@link #defaultBatchSize()}: {@value}. */
    public static final int DEFAULT_BATCH_SIZE = 100;

    /** The default of {@link #defaultRateLimit()}: {@value}. */
    public static final int DEFAULT_RATE_LIMIT = 100;

    /** The part of the heap's maximum that is the default of {@link #memoryBudgetBytes()}: one divided by {@value}. */
    public static final int DEFAULT_HEAP_DIVISOR = 4;

    /** The least {@link #memoryBudgetBytes()}: {@value}. */
    public static final long MIN_MEMORY_BUDGET_BYTES = 1L << 20;

    /** The greatest {@link #memoryBudgetBytes()}: {@value}. */
    public static final long MAX_MEMORY_BUDGET_BYTES = 1L << 40;

    /** The default of {@link #maxUnacknowledgedPages()}: {@value}. */
    public static final int DEFAULT_MAX_UNACKNOWLEDGED_PAGES = 4;

    /** The default of {@link #breakerFailuresInRow()}: {@value}. */
    public static final int DEFAULT_BREAKER_FAILURES_IN_ROW = 50;

    /** The default of {@link #breakerFailureShare()}: {@value}. */
    public static final double DEFAULT_BREAKER_FAILURE_SHARE = 0.5;

    /** The default of {@link #breakerMinimum()}: {@value}. */
    public static final int DEFAULT_BREAKER_MINIMUM = 200;

    /** The default of {@link #callTimeout()}: 60 seconds. */
    public static final Duration DEFAULT_CALL_TIMEOUT = Duration.ofSeconds(60);

    /** The default of {@link #callAttempts()}: {@value}. */
    public static final int DEFAULT_CALL_ATTEMPTS = 6;

    /** The default of {@link #callFirstDelay()}: 500 milliseconds. */
    public static final Duration DEFAULT_CALL_FIRST_DELAY = Duration.ofMillis(500);

    /** The default of {@link #callMaxDelay()}: 30 seconds. */
    public static final Duration DEFAULT_CALL_MAX_DELAY = Duration.ofSeconds(30);

    /** The default of {@link #safetyShare()}: {@value}. */
    public static final double DEFAULT_SAFETY_SHARE = 0.95;

    /** The default of {@link #publishFirstDelay()}: 200 milliseconds. */
    public static final Duration DEFAULT_PUBLISH_FIRST_DELAY = Duration.ofMillis(200);

    /** The default of {@link #publishMaxDelay()}: 30 seconds. */
    public static final Duration DEFAULT_PUBLISH_MAX_DELAY = Duration.ofSeconds(30);

    /** The default of {@link #ageStep()}: 5 minutes. */
    public static final Duration DEFAULT_AGE_STEP = Duration.ofMinutes(5);

    /** The default of {@link #sweepInterval()}: half a second, so that a command is obeyed anywhere within two. */
    public static final Duration DEFAULT_SWEEP_INTERVAL = Duration.ofMillis(500);

    /** The default of {@link #stopGrace()}: 1 second. */
    public static final Duration DEFAULT_STOP_GRACE = Duration.ofSeconds(1);

    /** The default of {@link #attachmentMaxBytes()}: {@value}. */
    public static final long DEFAULT_ATTACHMENT_MAX_BYTES = 1L << 20;

    /** The greatest {@link #attachmentMaxBytes()}: {@value}. */
    public static final long MAX_ATTACHMENT_MAX_BYTES = 64L << 20;

    /** The default of {@link #catchUpInterval()}: 1 hour. */
    public static final Duration DEFAULT_CATCH_UP_INTERVAL = Duration.ofHours(1);

    /** The default of {@link #sourceService()}: {@value}. */
    public static final String DEFAULT_SOURCE_SERVICE = "office-service";

    private static final int COUNT_LIMIT = 1_000_000;
    private static final int MAX_PAGES = 64;
    private static final int MAX_ATTEMPTS = 100;
    private static final int MAX_SERVICE_LENGTH = 128;
    private static final Duration MILLISECOND = Duration.ofMillis(1);
    private static final Duration SECOND = Duration.ofSeconds(1);
    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final Duration TEN_MINUTES = Duration.ofMinutes(10);
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9._-]{1,64}");

    /** Checks every bound. */
    public EngineConfig {
        if (!NAME.matcher(requireNonNull(instanceName, "instanceName")).matches()) {
            throw new InvalidRequestException(
                    "instanceName", "must be 1 to 64 of A-Z, a-z, 0-9, '.', '_' and '-', was " + instanceName);
        }
        inRange("maxConcurrentJobs", maxConcurrentJobs, 1, MAX_CONCURRENT_JOBS);
        inRange("jobTimeout", jobTimeout, SECOND, MAX_JOB_TIMEOUT);
        inRange("defaultBatchSize", defaultBatchSize, 1, BackfillRequest.MAX_BATCH_SIZE);
        inRange("defaultRateLimit", defaultRateLimit, 1, BackfillRequest.MAX_RATE_LIMIT);
        inRange("memoryBudgetBytes", memoryBudgetBytes, MIN_MEMORY_BUDGET_BYTES, MAX_MEMORY_BUDGET_BYTES);
        inRange("maxUnacknowledgedPages", maxUnacknowledgedPages, 1, MAX_PAGES);
        inRange("breakerFailuresInRow", breakerFailuresInRow, 1, COUNT_LIMIT);
        ConfigChecks.share("breakerFailureShare", breakerFailureShare);
        inRange("breakerMinimum", breakerMinimum, 1, COUNT_LIMIT);
        inRange("callTimeout", callTimeout, Duration.ofMillis(100), TEN_MINUTES);
        inRange("callAttempts", callAttempts, 1, MAX_ATTEMPTS);
        inRange("callFirstDelay", callFirstDelay, MILLISECOND, MINUTE);
        inRange("callMaxDelay", callMaxDelay, MILLISECOND, TEN_MINUTES);
        notAfter("callFirstDelay", callFirstDelay, "callMaxDelay", callMaxDelay);
        ConfigChecks.share("safetyShare", safetyShare);
        inRange("publishFirstDelay", publishFirstDelay, MILLISECOND, MINUTE);
        inRange("publishMaxDelay", publishMaxDelay, MILLISECOND, TEN_MINUTES);
        notAfter("publishFirstDelay", publishFirstDelay, "publishMaxDelay", publishMaxDelay);
        inRange("ageStep", ageStep, SECOND, Duration.ofDays(1));
        inRange("sweepInterval", sweepInterval, Duration.ofMillis(10), MINUTE);
        inRange("stopGrace", stopGrace, Duration.ZERO, MINUTE);
        inRange("attachmentMaxBytes", attachmentMaxBytes, 0, MAX_ATTACHMENT_MAX_BYTES);
        inRange("catchUpInterval", catchUpInterval, MINUTE, Duration.ofDays(365));
        requireNonNull(sharing, "sharing");
        requireNonNull(throttling, "throttling");
        requireNonNull(history, "history");
        requireNonNull(sourceService, "sourceService");
        if (sourceService.isBlank() || sourceService.length() > MAX_SERVICE_LENGTH) {
            throw new InvalidRequestException(
                    "sourceService",
                    "must hold 1 to " + MAX_SERVICE_LENGTH + " characters and not be blank, had "
                            + sourceService.length());
        }
    }

    /** {@return a builder with the defaults} */
    public static EngineConfigBuilder builder() {
        return new EngineConfigBuilder();
    }

    /** {@return the defaults, with a random instance name} */
    public static EngineConfig defaults() {
        return builder().build();
    }

    /**
     * Reads the environment: {@code MAX_CONCURRENT_JOBS} (1 to 1,000), {@code JOB_TIMEOUT_HOURS} (1 to 8,760),
     * {@code DEFAULT_BATCH_SIZE} (1 to 1,000), {@code DEFAULT_RATE_LIMIT} (1 to 1,000). What is not set, or blank, keeps its
     * default.
     *
     * @param environment looks up a variable, for instance {@code System::getenv}; null for one that is not set
     * @return the configuration
     * @throws InvalidRequestException if a value is no whole number or out of range; it names variable, value and range
     */
    public static EngineConfig fromEnvironment(Function<String, @Nullable String> environment) {
        return EnvironmentConfig.read(requireNonNull(environment, "environment"));
    }

    /** {@return a builder that holds these values, the instance name included} */
    public EngineConfigBuilder toBuilder() {
        return new EngineConfigBuilder(this);
    }
}
