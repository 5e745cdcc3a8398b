package dev.backfill.core.pipeline;

import dev.backfill.spi.PageLimit;

/** Guesses how many bytes a page will hold, from the pages before it. Thread-safe. */
final class PageRoom {
    private static final long FIRST_GUESS_BYTES = 16L * 1024;
    private static final double NEWEST_WEIGHT = 0.3;
    private static final double MARGIN = 1.25;

    private final long maxPageBytes;
    private volatile double bytesPerItem = FIRST_GUESS_BYTES;

    PageRoom(long maxPageBytes) {
        this.maxPageBytes = maxPageBytes;
    }

    PageLimit limitFor(int messages) {
        return new PageLimit(messages, maxPageBytes);
    }

    /** What to reserve before the request; what the guess lacks is reserved item by item. */
    long expectedBytes(PageLimit limit) {
        return Math.max(1, Math.min(limit.bytes(), (long) (bytesPerItem * limit.messages() * MARGIN)));
    }

    /** Hears what a page held. A lost update between two walks does no harm. */
    void learn(PageBuffer page) {
        if (!page.items().isEmpty()) {
            double newest = (double) page.bytes() / page.items().size();
            bytesPerItem = bytesPerItem * (1 - NEWEST_WEIGHT) + newest * NEWEST_WEIGHT;
        }
    }
}
