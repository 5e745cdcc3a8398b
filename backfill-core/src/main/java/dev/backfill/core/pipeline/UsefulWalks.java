package dev.backfill.core.pipeline;

/**
 * How many walks of one run are of use at once. A walk waits for its provider, its quota and its sink, and another makes use of that
 * time; but once the walks of all runs keep every core busy, one more only holds another page in memory. So a run always may have one,
 * and more while cores are free. What a walk keeps busy is the share of a page's time that goes into encoding; reading the
 * answer costs as much again, but waits for bytes all the while, and both take the longer the busier the machine is, which is what
 * closes the circle. It belongs to the run's thread but for {@link #handedOver}, which is thread-safe.
 */
final class UsefulWalks implements AutoCloseable {
    /** What is expected of a walk before a page was read, and at the most: four walks of a mailbox alone suit every machine. */
    private static final long MOST_OF_A_CORE = CoreLoad.CORE / 4;

    /** How many pages the averages look back, about. */
    private static final int PAGES = 16;

    private final CoreLoad load;
    private final Object lock = new Object();

    private double pageNanos;
    private double encodingNanos;
    private long expected;

    UsefulWalks(CoreLoad load) {
        this.load = load;
    }

    /**
     * Hears of a page that was handed over. One with nothing to encode, that of a mark perhaps, tells nothing of others.
     *
     * @param page the time since the page before, all waiting in it, in nanoseconds
     * @param encoding how much of it went into encoding, in nanoseconds
     */
    void handedOver(long page, long encoding) {
        if (encoding <= 0) {
            return;
        }
        synchronized (lock) {
            pageNanos += (page - pageNanos) / PAGES;
            encodingNanos += (encoding - encodingNanos) / PAGES;
        }
    }

    /** Hears how many walks there are; the others' runs reckon with them. */
    void underWay(int walks) {
        long now = walks * perWalk();
        load.change(now - expected);
        expected = now;
    }

    /** True if one more walk is of use beside so many. */
    boolean hasRoomBeside(int walks) {
        return walks == 0 || load.hasRoom();
    }

    /** Expects nothing of the run any more. */
    @Override
    public void close() {
        underWay(0);
    }

    private long perWalk() {
        synchronized (lock) {
            double share = pageNanos > 0 ? encodingNanos / pageNanos : 1;
            return Math.min(MOST_OF_A_CORE, Math.round(share * CoreLoad.CORE));
        }
    }
}
