package dev.backfill.core.pipeline;

import dev.backfill.spi.JobCounts;

/** Ends a job when failures are no accident any more. Confined to the job's thread. */
final class Breaker {
    private final RunConfig config;
    private long inARow;

    Breaker(RunConfig config) {
        this.config = config;
    }

    /** Hears of a page; totals are those of the job with the page. */
    boolean trips(JobCounts page, long totalPublished, long totalFailed) {
        if (page.failed() == 0) {
            inARow = page.published() > 0 ? 0 : inARow;
            return false;
        }
        inARow = page.published() > 0 ? 0 : inARow + page.failed();
        if (inARow >= config.breakerInARow()) {
            return true;
        }
        double share = (double) totalFailed / (totalFailed + totalPublished);
        return totalFailed >= config.breakerMinimum() && share > config.breakerShare();
    }
}
