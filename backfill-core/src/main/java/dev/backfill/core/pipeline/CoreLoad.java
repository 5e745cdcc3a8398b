package dev.backfill.core.pipeline;

import java.util.concurrent.atomic.AtomicLong;

/** How many of the machine's cores the walks of all runs of an instance are expected to keep busy. Thread-safe. */
public final class CoreLoad {
    /** So many units are a core; whole numbers, so that what is taken back leaves nothing. */
    static final long CORE = 1_000_000;

    /** What a walk is taken for at the most, and until one is known: four walks of a mailbox alone suit every machine. */
    static final long MOST_OF_A_WALK = CORE / 4;

    private final long capacity;
    private final AtomicLong expected = new AtomicLong();
    private volatile long ofLastWalks = MOST_OF_A_WALK;

    /**
     * Creates a load of nothing.
     *
     * @param cores how many cores there are, 1 or more
     */
    public CoreLoad(int cores) {
        if (cores < 1) {
            throw new IllegalArgumentException("cores must be 1 or more, was " + cores);
        }
        this.capacity = cores * CORE;
    }

    /** Expects so many units more, less if negative. */
    void change(long units) {
        expected.addAndGet(units);
    }

    /** True while not all cores are expected to be busy. */
    boolean hasRoom() {
        return expected.get() < capacity;
    }

    /** Hears what each walk of a run that ends kept busy. */
    void ended(long ofAWalk) {
        ofLastWalks = ofAWalk;
    }

    /** What each walk of the run that ended last kept busy: the best guess for one that has read nothing yet. */
    long ofLastWalks() {
        return ofLastWalks;
    }
}
