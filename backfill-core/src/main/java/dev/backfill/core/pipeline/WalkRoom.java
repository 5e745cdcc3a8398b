package dev.backfill.core.pipeline;

import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.DoubleSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Whether another window is of use beside the one that a run walks in any case, and a page ahead of the sink. While a window waits for
 * its provider or for the sink, another page makes use of the machine; once every core is busy, one more is only held in memory. So
 * some windows a core are walked, and a few of them read ahead, without a question, and more only while the machine is not busy: twice
 * as many windows at each look, so that what was begun is seen before more is. Shared by all runs of an instance. Thread-safe.
 */
public final class WalkRoom {
    private static final Logger LOG = LoggerFactory.getLogger(WalkRoom.class);

    /**
     * So many windows a core may be walked whatever the machine does: as many as keep a core busy whose answers take 100 ms. A machine that
     * is busy with its compiler, or with others, must not leave mailboxes that far away one window each.
     */
    static final int WALKED_PER_CORE = 20;

    /** So many windows a core may be walked for their pages to be read ahead whatever the machine does: all four of a mailbox alone. */
    static final int READ_AHEAD_PER_CORE = 4;

    /**
     * From this load on the machine is busy. In a container with a limit the JVM divides by whole periods, of 100 ms as a rule: three
     * of them in a quarter of a second make 0.83 of a load of 1.
     */
    static final double BUSY = 0.8;

    /** How often the machine is looked at: the load of a shorter time is one of single pages. */
    static final Duration BETWEEN_LOOKS = Duration.ofMillis(250);

    private final int walkedAlways;
    private final int readAheadAlways;
    private final DoubleSupplier load;
    private final TimeSource time;
    private final AtomicBoolean warned = new AtomicBoolean();

    private final Object lock = new Object();

    // Guarded by the lock. Before the first look the machine counts as busy.
    private int windows;
    private int upTo;
    private boolean busy = true;
    private long lookedNanoTime;

    /**
     * Creates a room in which nothing is walked.
     *
     * @param cores how many cores there are, 1 or more
     * @param load how busy all of them are, 0 for idle to 1; negative or NaN if that is not known, which is taken for idle. Asked four
     *     times a second at the most
     * @param time the clock
     */
    public WalkRoom(int cores, DoubleSupplier load, TimeSource time) {
        if (cores < 1) {
            throw new IllegalArgumentException("cores must be 1 or more, was " + cores);
        }
        this.walkedAlways = cores * WALKED_PER_CORE;
        this.readAheadAlways = cores * READ_AHEAD_PER_CORE;
        this.load = load;
        this.time = time;
        this.upTo = walkedAlways;
        this.lookedNanoTime = time.nanoTime() - BETWEEN_LOOKS.toNanos();
    }

    /** True if one more window is of use. Two runs may be told so of the same room: the bound is no promise. */
    boolean isLeft() {
        synchronized (lock) {
            if (windows < walkedAlways) {
                return true;
            }
        }
        look();
        synchronized (lock) {
            return windows < upTo;
        }
    }

    /**
     * True if a walk may read its next page while the sink still has those before it. Where cores are what is waited for, a page that
     * is read early comes to the sink no sooner; it is only kept for longer, and copied by each collection meanwhile.
     */
    boolean mayReadAhead() {
        synchronized (lock) {
            if (windows <= readAheadAlways) {
                return true;
            }
        }
        look();
        synchronized (lock) {
            return !busy;
        }
    }

    /** Asks for the machine's load, unless that was done a moment ago. */
    private void look() {
        synchronized (lock) {
            long now = time.nanoTime();
            if (now - lookedNanoTime < BETWEEN_LOOKS.toNanos()) {
                return;
            }
            lookedNanoTime = now;
        }
        // A host's code: others need not wait for it.
        boolean found = isBusy();
        synchronized (lock) {
            busy = found;
            upTo = busy ? walkedAlways : Math.max(walkedAlways, 2 * windows);
        }
    }

    /** Hears that so many windows more are walked, less if negative. */
    void change(int by) {
        synchronized (lock) {
            windows += by;
        }
    }

    private boolean isBusy() {
        try {
            return load.getAsDouble() >= BUSY;
        } catch (RuntimeException | LinkageError unknown) {
            if (!warned.getAndSet(true)) {
                LOG.warn(
                        "The machine's load is not known ({}): it is taken for idle",
                        unknown.getClass().getName());
            }
            return false;
        }
    }
}
