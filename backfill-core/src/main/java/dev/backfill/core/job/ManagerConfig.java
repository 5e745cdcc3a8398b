package dev.backfill.core.job;

import static java.util.Objects.requireNonNull;

import dev.backfill.spi.JobLimits;
import java.time.Duration;

/**
 * How an instance behaves beyond its runs. Immutable and thread-safe.
 *
 * @param instanceName the instance's name in leases and thread names
 * @param maxConcurrentJobs how many jobs run at once, 1 or more
 * @param defaultBatchSize messages a page of a job whose request does not say, 1 or more
 * @param defaultRateLimit provider requests a second of a job, or question, that does not say, 1 or more
 * @param ageStep how long a queued job waits to gain one step of priority
 * @param sweepInterval how often the store is asked for commands and queued jobs
 * @param limits how many jobs may run over all instances
 * @param slice how long a job may hold its slot while another waits
 * @param keepFor how long a job stays in the store after its end
 * @param keepJobs the most ended jobs that stay
 */
public record ManagerConfig(
        String instanceName,
        int maxConcurrentJobs,
        int defaultBatchSize,
        int defaultRateLimit,
        Duration ageStep,
        Duration sweepInterval,
        JobLimits limits,
        Duration slice,
        Duration keepFor,
        int keepJobs) {
    /** Checks what must be present. */
    public ManagerConfig {
        requireNonNull(instanceName, "instanceName");
        requireNonNull(ageStep, "ageStep");
        requireNonNull(sweepInterval, "sweepInterval");
        requireNonNull(limits, "limits");
        requireNonNull(slice, "slice");
        requireNonNull(keepFor, "keepFor");
    }
}
