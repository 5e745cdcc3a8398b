package dev.backfill.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How jobs share what there is to run them. Immutable and thread-safe.
 *
 * @param maxJobsPerUser jobs of one user that run at once, over all engines that share a store, 1 to 100,000, default 100,000
 * @param maxJobsPerCluster jobs that run at once over all engines that share a store, 1 to 100,000, default 100,000; each
 *     engine's {@link EngineConfig#maxConcurrentJobs()} holds as well
 * @param slice how long a job may hold its slot while another waits for one, 100 ms to 24 hours, default 10 minutes; it goes on
 *     from its checkpoint when its turn comes again
 */
public record Sharing(int maxJobsPerUser, int maxJobsPerCluster, Duration slice) {
    /** The most that either limit can be: {@value}. */
    public static final int MAX_JOBS = 100_000;

    /** No limit but the slots of each engine, and slices of ten minutes. */
    public static final Sharing DEFAULT = new Sharing(MAX_JOBS, MAX_JOBS, Duration.ofMinutes(10));

    /** Checks every bound. */
    public Sharing {
        ConfigChecks.inRange("maxJobsPerUser", maxJobsPerUser, 1, MAX_JOBS);
        ConfigChecks.inRange("maxJobsPerCluster", maxJobsPerCluster, 1, MAX_JOBS);
        requireNonNull(slice, "slice");
        ConfigChecks.inRange("slice", slice, Duration.ofMillis(100), Duration.ofDays(1));
    }
}
