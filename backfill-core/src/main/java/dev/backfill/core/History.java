package dev.backfill.core;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How long ended jobs stay in the store, with their failure rows. The newest completed job of an account stays whatever this
 * says, as long as an incremental job may start from it, and so does the newest that ended early, as long as one may go on
 * there. Immutable and thread-safe.
 *
 * @param keepFor how long a job stays after its end, 1 second to 3,650 days, default 90 days
 * @param keepJobs the most ended jobs that stay, 0 to 10,000,000, default 100,000; the first to end goes first
 */
public record History(Duration keepFor, int keepJobs) {
    /** Ninety days and a hundred thousand jobs. */
    public static final History DEFAULT = new History(Duration.ofDays(90), 100_000);

    private static final int MAX_JOBS = 10_000_000;

    /** Checks every bound. */
    public History {
        requireNonNull(keepFor, "keepFor");
        ConfigChecks.inRange("keepFor", keepFor, Duration.ofSeconds(1), Duration.ofDays(3_650));
        ConfigChecks.inRange("keepJobs", keepJobs, 0, MAX_JOBS);
    }
}
