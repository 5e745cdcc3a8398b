package dev.backfill.core;

import dev.backfill.api.InvalidRequestException;
import java.time.Duration;
import java.util.UUID;

/** Collects the values of an {@link EngineConfig}; starts with the defaults. Not thread-safe. */
public final class EngineConfigBuilder {
    private String instanceName = randomName();
    private int maxConcurrentJobs = EngineConfig.DEFAULT_MAX_CONCURRENT_JOBS;
    private Duration jobTimeout = EngineConfig.DEFAULT_JOB_TIMEOUT;
    private int defaultBatchSize = EngineConfig.DEFAULT_BATCH_SIZE;
    private int defaultRateLimit = EngineConfig.DEFAULT_RATE_LIMIT;
    private long memoryBudgetBytes = quarterOfHeap();
    private int maxUnacknowledgedPages = EngineConfig.DEFAULT_MAX_UNACKNOWLEDGED_PAGES;
    private int breakerFailuresInRow = EngineConfig.DEFAULT_BREAKER_FAILURES_IN_ROW;
    private double breakerFailureShare = EngineConfig.DEFAULT_BREAKER_FAILURE_SHARE;
    private int breakerMinimum = EngineConfig.DEFAULT_BREAKER_MINIMUM;
    private Duration callTimeout = EngineConfig.DEFAULT_CALL_TIMEOUT;
    private int callAttempts = EngineConfig.DEFAULT_CALL_ATTEMPTS;
    private Duration callFirstDelay = EngineConfig.DEFAULT_CALL_FIRST_DELAY;
    private Duration callMaxDelay = EngineConfig.DEFAULT_CALL_MAX_DELAY;
    private double safetyShare = EngineConfig.DEFAULT_SAFETY_SHARE;
    private Duration publishFirstDelay = EngineConfig.DEFAULT_PUBLISH_FIRST_DELAY;
    private Duration publishMaxDelay = EngineConfig.DEFAULT_PUBLISH_MAX_DELAY;
    private Duration ageStep = EngineConfig.DEFAULT_AGE_STEP;
    private Duration sweepInterval = EngineConfig.DEFAULT_SWEEP_INTERVAL;
    private Duration stopGrace = EngineConfig.DEFAULT_STOP_GRACE;
    private long attachmentMaxBytes = EngineConfig.DEFAULT_ATTACHMENT_MAX_BYTES;
    private Duration catchUpInterval = EngineConfig.DEFAULT_CATCH_UP_INTERVAL;
    private String sourceService = EngineConfig.DEFAULT_SOURCE_SERVICE;
    private boolean orderingByUser;
    private Sharing sharing = Sharing.DEFAULT;
    private Throttling throttling = Throttling.DEFAULT;
    private History history = History.DEFAULT;

    EngineConfigBuilder() {}

    EngineConfigBuilder(EngineConfig config) {
        this.instanceName = config.instanceName();
        this.maxConcurrentJobs = config.maxConcurrentJobs();
        this.jobTimeout = config.jobTimeout();
        this.defaultBatchSize = config.defaultBatchSize();
        this.defaultRateLimit = config.defaultRateLimit();
        this.memoryBudgetBytes = config.memoryBudgetBytes();
        this.maxUnacknowledgedPages = config.maxUnacknowledgedPages();
        this.breakerFailuresInRow = config.breakerFailuresInRow();
        this.breakerFailureShare = config.breakerFailureShare();
        this.breakerMinimum = config.breakerMinimum();
        this.callTimeout = config.callTimeout();
        this.callAttempts = config.callAttempts();
        this.callFirstDelay = config.callFirstDelay();
        this.callMaxDelay = config.callMaxDelay();
        this.safetyShare = config.safetyShare();
        this.publishFirstDelay = config.publishFirstDelay();
        this.publishMaxDelay = config.publishMaxDelay();
        this.ageStep = config.ageStep();
        this.sweepInterval = config.sweepInterval();
        this.stopGrace = config.stopGrace();
        this.attachmentMaxBytes = config.attachmentMaxBytes();
        this.catchUpInterval = config.catchUpInterval();
        this.sourceService = config.sourceService();
        this.orderingByUser = config.orderingByUser();
        this.sharing = config.sharing();
        this.throttling = config.throttling();
        this.history = config.history();
    }

    /**
     * Sets {@link EngineConfig#instanceName()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder instanceName(String value) {
        this.instanceName = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#maxConcurrentJobs()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder maxConcurrentJobs(int value) {
        this.maxConcurrentJobs = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#jobTimeout()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder jobTimeout(Duration value) {
        this.jobTimeout = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#defaultBatchSize()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder defaultBatchSize(int value) {
        this.defaultBatchSize = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#defaultRateLimit()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder defaultRateLimit(int value) {
        this.defaultRateLimit = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#memoryBudgetBytes()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder memoryBudgetBytes(long value) {
        this.memoryBudgetBytes = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#maxUnacknowledgedPages()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder maxUnacknowledgedPages(int value) {
        this.maxUnacknowledgedPages = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#breakerFailuresInRow()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder breakerFailuresInRow(int value) {
        this.breakerFailuresInRow = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#breakerFailureShare()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder breakerFailureShare(double value) {
        this.breakerFailureShare = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#breakerMinimum()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder breakerMinimum(int value) {
        this.breakerMinimum = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#callTimeout()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder callTimeout(Duration value) {
        this.callTimeout = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#callAttempts()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder callAttempts(int value) {
        this.callAttempts = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#callFirstDelay()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder callFirstDelay(Duration value) {
        this.callFirstDelay = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#callMaxDelay()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder callMaxDelay(Duration value) {
        this.callMaxDelay = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#safetyShare()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder safetyShare(double value) {
        this.safetyShare = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#publishFirstDelay()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder publishFirstDelay(Duration value) {
        this.publishFirstDelay = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#publishMaxDelay()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder publishMaxDelay(Duration value) {
        this.publishMaxDelay = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#ageStep()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder ageStep(Duration value) {
        this.ageStep = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#sweepInterval()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder sweepInterval(Duration value) {
        this.sweepInterval = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#stopGrace()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder stopGrace(Duration value) {
        this.stopGrace = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#attachmentMaxBytes()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder attachmentMaxBytes(long value) {
        this.attachmentMaxBytes = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#catchUpInterval()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder catchUpInterval(Duration value) {
        this.catchUpInterval = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#sourceService()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder sourceService(String value) {
        this.sourceService = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#orderingByUser()}.
     *
     * @param value the value; checked in {@link #build()}
     * @return this builder
     */
    public EngineConfigBuilder orderingByUser(boolean value) {
        this.orderingByUser = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#sharing()}.
     *
     * @param value the value
     * @return this builder
     */
    public EngineConfigBuilder sharing(Sharing value) {
        this.sharing = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#throttling()}.
     *
     * @param value the value
     * @return this builder
     */
    public EngineConfigBuilder throttling(Throttling value) {
        this.throttling = value;
        return this;
    }

    /**
     * Sets {@link EngineConfig#history()}.
     *
     * @param value the value
     * @return this builder
     */
    public EngineConfigBuilder history(History value) {
        this.history = value;
        return this;
    }

    /**
     * Checks all fields.
     *
     * @return the configuration
     * @throws InvalidRequestException if a field is out of its range; it names the field, the value and the range
     */
    public EngineConfig build() {
        return new EngineConfig(
                instanceName,
                maxConcurrentJobs,
                jobTimeout,
                defaultBatchSize,
                defaultRateLimit,
                memoryBudgetBytes,
                maxUnacknowledgedPages,
                breakerFailuresInRow,
                breakerFailureShare,
                breakerMinimum,
                callTimeout,
                callAttempts,
                callFirstDelay,
                callMaxDelay,
                safetyShare,
                publishFirstDelay,
                publishMaxDelay,
                ageStep,
                sweepInterval,
                stopGrace,
                attachmentMaxBytes,
                catchUpInterval,
                sourceService,
                orderingByUser,
                sharing,
                throttling,
                history);
    }

    private static String randomName() {
        return UUID.randomUUID().toString();
    }

    private static long quarterOfHeap() {
        long quarter = Runtime.getRuntime().maxMemory() / EngineConfig.DEFAULT_HEAP_DIVISOR;
        return Math.min(EngineConfig.MAX_MEMORY_BUDGET_BYTES, Math.max(EngineConfig.MIN_MEMORY_BUDGET_BYTES, quarter));
    }
}
