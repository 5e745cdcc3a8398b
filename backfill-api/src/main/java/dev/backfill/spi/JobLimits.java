package dev.backfill.spi;

/**
 * How many jobs may be RUNNING at once, over all instances that share a store. Immutable and thread-safe.
 *
 * @param perUser the most of one user, 1 or more
 * @param perCluster the most of all users together, 1 or more
 */
public record JobLimits(int perUser, int perCluster) {
    /** No limit but the slots of each instance. */
    public static final JobLimits NONE = new JobLimits(Integer.MAX_VALUE, Integer.MAX_VALUE);

    /** Checks that each leaves room for a job. */
    public JobLimits {
        if (perUser < 1 || perCluster < 1) {
            throw new IllegalArgumentException("limits must be 1 or more, were " + perUser + ", " + perCluster);
        }
    }
}
