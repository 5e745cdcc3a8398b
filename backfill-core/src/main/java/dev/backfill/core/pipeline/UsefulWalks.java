package dev.backfill.core.pipeline;

import dev.backfill.spi.TimeSource;

/**
 * How many walks of one run are of use at once. A walk waits for its provider, its quota and its sink, and another makes use of that
 * time; but once the walks of all runs keep every core busy, one more only holds another page in memory. So a run begins another
 * while cores are free, and on a busy machine as long as all its walks together take next to nothing: one that reads a near
 * mailbox, several that wait for a far one. What a walk keeps busy is the share of a page's time that goes into encoding. Reading the
 * answer costs more, but waits for bytes all the while; all of it takes the longer the busier the machine is, which is what closes the
 * circle. It belongs to the run's thread but for {@link #handedOver}, which is thread-safe.
 */
final class UsefulWalks implements AutoCloseable {
    /** What is expected of a walk before a page was read, and at the most: four walks of a mailbox alone suit every machine. */
    private static final long MOST_OF_A_WALK = CoreLoad.CORE / 4;

    /** What all walks of a run may keep busy on any machine: sixteen times as long for a page as for its encoding is waiting. */
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
            double page = Math.max(pageNanos, time.nanoTime() - lastNanoTime);
            return Math.min(MOST_OF_A_WALK, Math.round(encodingNanos / page * CoreLoad.CORE));
        }
    }
}
