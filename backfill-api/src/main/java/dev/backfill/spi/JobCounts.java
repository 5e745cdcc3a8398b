package dev.backfill.spi;

/**
 * Counters of a job or of one of its partitions. Immutable and thread-safe.
 *
 * @param listed messages the provider listed, without those handed over before
 * @param published messages the sink acknowledged
 * @param skipped messages left out with a reason
 * @param failed messages with a failure row
 */
public record JobCounts(long listed, long published, long skipped, long failed) {
    /** All zero. */
    public static final JobCounts ZERO = new JobCounts(0, 0, 0, 0);

    /** Checks that nothing is negative. */
    public JobCounts {
        if (listed < 0 || published < 0 || skipped < 0 || failed < 0) {
            throw new IllegalArgumentException("counters must be 0 or more");
        }
    }

    /**
     * Adds counters.
     *
     * @param other what to add
     * @return the sums
     */
    public JobCounts plus(JobCounts other) {
        return new JobCounts(
                listed + other.listed, published + other.published, skipped + other.skipped, failed + other.failed);
    }

    /**
     * Takes counters away.
     *
     * @param other what to take away, in no counter more than there is
     * @return the differences
     */
    public JobCounts minus(JobCounts other) {
        return new JobCounts(
                listed - other.listed, published - other.published, skipped - other.skipped, failed - other.failed);
    }

    /** {@return true if every listed message has an outcome} */
    public boolean isBalanced() {
        return listed == published + skipped + failed;
    }
}
