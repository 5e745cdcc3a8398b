package dev.backfill.core.pipeline;

import java.util.concurrent.atomic.AtomicLong;

/** How many of the machine's cores the walks of all runs of an instance are expected to keep busy. Thread-safe. */
public final class CoreLoad {
    /** So many units are a core; whole numbers, so that what is taken back leaves nothing. */
    static final long CORE = 1_000_000;

    private final long capacity;
    private final AtomicLong expected = new AtomicLong();

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
}
