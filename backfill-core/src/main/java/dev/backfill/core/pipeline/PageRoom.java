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

    /**
     * What to ask for: no more messages than a page has room for, since a server sends them all, and an answer that is not read to
     * its end takes its connection with it.
     */
    PageLimit limitFor(int messages) {
        double fit = Math.ceil((double) maxPageBytes / Math.max(1, bytesPerItem));
        return new PageLimit((int) Math.max(1, Math.min(messages, fit)), maxPageBytes);
    }

    /** What to reserve before the request: for one item always, for it is read whatever its size. */
    long expectedBytes(PageLimit limit) {
        double page = Math.min((double) limit.bytes(), bytesPerItem * limit.messages() * MARGIN);
        return (long) Math.max(1, Math.max(bytesPerItem, page));
    }

    /** Hears what a page held. A lost update between two walks does no harm. */
    void learn(PageBuffer page) {
        if (!page.items().isEmpty()) {
            double newest = (double) page.bytes() / page.items().size();
            bytesPerItem = bytesPerItem * (1 - NEWEST_WEIGHT) + newest * NEWEST_WEIGHT;
        }
    }
}
