package dev.backfill.core.pipeline;

import dev.backfill.core.time.Monitor;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;

/** The pages of one walk that were begun and are not stored, and when another may be begun. Thread-safe. */
final class PagesAhead {
    /** So long a walk waits at the most for all its pages to be stored, before it reads ahead on a busy machine too: what takes longer is the sink. */
    static final Duration BUSY_AT_MOST = Duration.ofSeconds(1);

    private final WalkRoom room;
    private final TimeSource time;
    private final int most;
    private final StopToken stop;
    private final AtomicInteger blockedBySink;
    private final Monitor monitor = new Monitor();
    private int unstored;

    /**
     * @param room tells whether reading ahead is of use
     * @param time measures how long a walk waits on a busy machine
     * @param most how many pages may be unstored, 1 or more
     * @param stop ends a wait; the request that follows is refused then
     * @param blockedBySink how many walks wait for the sink, corrected while this one does
     */
    PagesAhead(WalkRoom room, TimeSource time, int most, StopToken stop, AtomicInteger blockedBySink) {
        this.room = room;
        this.time = time;
        this.most = most;
        this.stop = stop;
        this.blockedBySink = blockedBySink;
    }

    /**
     * Waits until another page may be begun, which it is with that: once fewer than allowed are not stored, and where reading ahead
     * is of no use once all are.
     *
     * @throws InterruptedException if interrupted
     */
    void begin() throws InterruptedException {
        if (monitor.read(() -> unstored > 0) && !room.mayReadAhead()) {
            monitor.await(() -> unstored == 0, time, BUSY_AT_MOST, stop);
        }
        blockedBySink.incrementAndGet();
        try {
            monitor.await(() -> unstored < most, stop);
        } finally {
            blockedBySink.decrementAndGet();
        }
        monitor.change(() -> unstored++);
    }

    /** Hears that so many pages are stored. */
    void stored(int pages) {
        monitor.change(() -> unstored -= pages);
    }
}
