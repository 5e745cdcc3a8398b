package dev.backfill.core.pipeline;

import dev.backfill.spi.JobCounts;

/**
 * Ends a run when failures are no accident any more. Counts this run alone: after an outage is mended, a resumed job starts
 * with a clean slate. Confined to the job's thread.
 */
final class Breaker {
    private final RunConfig config;
    private long inARow;
    private long published;
    private long failed;

    Breaker(RunConfig config) {
        this.config = config;
    }

    /** Hears what became of a page. */
    boolean trips(JobCounts page) {
        published += page.published();
        failed += page.failed();
        if (page.published() > 0) {
            inARow = 0;
        } else {
            inARow += page.failed();
        }
        if (page.failed() == 0) {
            return false;
        }
        double share = (double) failed / (failed + published);
        return inARow >= config.breakerInARow() || (failed >= config.breakerMinimum() && share > config.breakerShare());
    }
}
