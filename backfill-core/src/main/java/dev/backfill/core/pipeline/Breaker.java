package dev.backfill.core.pipeline;

import java.util.List;

/**
 * Ends a run when failures are no accident any more. Confined to the run's thread.
 *
 * <p>It hears of each message once: within a page in the order of its items, whatever the order in which the sink answered, and
 * page after page as the run counts them. Partitions walked at once take turns page by page. So what it says does not depend on
 * where a walk is cut into pages. It trips at a failure
 *
 * <ul>
 *   <li>that is the {@link RunConfig#breakerInARow()}th since the last message that was published, or
 *   <li>with which at least {@link RunConfig#breakerMinimum()} messages of the run have failed, and more than the
 *       {@link RunConfig#breakerShare()} of those that were published or failed.
 * </ul>
 *
 * <p>A skipped message is neither a failure nor a success. It counts one run alone: after an outage is mended, a resumed job
 * starts with a clean slate. Messages that are read again because they failed before are not put before it at all, see
 * {@link ReplayFetcher#isReplay}: what is known to fail is no outage, and nothing is lost by failing again.
 */
final class Breaker {
    private final RunConfig config;
    private long inARow;
    private long published;
    private long failed;

    Breaker(RunConfig config) {
        this.config = config;
    }

    /** Hears what became of a page's items, in their order; true if it trips at one of them. */
    boolean trips(List<Page.Outcome> outcomes) {
        boolean trips = false;
        for (Page.Outcome outcome : outcomes) {
            switch (outcome) {
                case PUBLISHED -> {
                    published++;
                    inARow = 0;
                }
                case FAILED -> {
                    failed++;
                    inARow++;
                    trips |= isTooMuch();
                }
                case SKIPPED -> {}
            }
        }
        return trips;
    }

    private boolean isTooMuch() {
        double share = (double) failed / (failed + published);
        return inARow >= config.breakerInARow() || (failed >= config.breakerMinimum() && share > config.breakerShare());
    }
}
