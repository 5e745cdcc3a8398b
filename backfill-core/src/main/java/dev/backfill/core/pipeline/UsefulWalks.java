package dev.backfill.core.pipeline;

import dev.backfill.spi.TimeSource;

/**
 * How many walks of one run are of use at once. A walk waits for its provider, its quota and its sink, and another makes use of that
 * time; but once the walks of all runs keep every core busy, one more only holds another page in memory. So a run begins another
 * while cores are free, and on a busy machine as long as all its walks together take next to nothing: one that reads a near
 * mailbox, several that wait for a far one. What a walk keeps busy is told from the share of a page's time that goes into encoding: all
 * else waits in between, be it for bytes, so that its time does not tell what it costs. It belongs to the run's
 * thread but for {@link #handedOver}, which is thread-safe.
 */
final class UsefulWalks implements AutoCloseable {
    /** What is expected of a walk before a page was read, and at the most: four walks of a mailbox alone suit every machine. */
    private static final long MOST_OF_A_WALK = CoreLoad.CORE / 4;

    /**
     * At least so many times its encoding a message costs in all. Measured from Graph: 52 microseconds and 4.3 at 2 KB, 577 and 37 at 75 KB
     * ({@code docs/performance.md}); a Gmail message, a request of its own, costs more.
     */
    private static final double ALL_PER_ENCODING = 8;

    /** What all walks of a run may keep busy however busy the machine is. */
    private static final long NEXT_TO_NOTHING = CoreLoad.CORE / 16;

    /** How many pages the averages look back, about. */
    private static final int PAGES = 16;

    private final CoreLoad load;
    private final TimeSource time;
    private long expected;

    private final Object lock = new Object();

    // Guarded by the lock: the averages, and when the last page was handed over.
    private double pageNanos;
    private double encodingNanos;
    private long lastNanoTime;

    UsefulWalks(CoreLoad load, TimeSource time) {
        this.load = load;
        this.time = time;
    }

    /**
     * Hears of a page that was handed over just now. One with nothing to encode, that of a mark perhaps, tells nothing of others.
     *
     * @param page the time since the walk's page before, all waiting in it, in nanoseconds
     * @param encoding how much of it went into encoding, in nanoseconds
     */
    void handedOver(long page, long encoding) {
        if (encoding <= 0) {
            return;
        }
        synchronized (lock) {
            pageNanos += (page - pageNanos) / PAGES;
            encodingNanos += (encoding - encodingNanos) / PAGES;
            lastNanoTime = time.nanoTime();
        }
    }

    /** Hears how many walks there are; the other runs reckon with them. */
    void underWay(int walks) {
        long now = walks * perWalk();
        load.change(now - expected);
        expected = now;
    }

    /** True if one more walk is of use beside those that are under way; always beside none. */
    boolean hasRoom() {
        return expected < NEXT_TO_NOTHING || load.hasRoom();
    }

    /** Expects nothing of the run any more. */
    @Override
    public void close() {
        underWay(0);
    }

    private long perWalk() {
        synchronized (lock) {
            if (pageNanos == 0) {
                return MOST_OF_A_WALK;
            }
            // Whoever waits for minutes leaves the cores to others before the page comes.
            double page = Math.max(pageNanos, (double) (time.nanoTime() - lastNanoTime));
            return Math.min(MOST_OF_A_WALK, Math.round(ALL_PER_ENCODING * encodingNanos / page * CoreLoad.CORE));
        }
    }
}
