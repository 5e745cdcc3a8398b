package dev.backfill.spi;

/** Takes the items of one page. Used by one thread, and only during the call it was handed to. */
public interface PageWriter {
    /** Whether the page may go on. */
    enum Verdict {
        /** There is room for more. */
        CONTINUE,
        /** The item was taken and the room is used: end the page at the position after it. */
        STOP
    }

    /**
     * Takes one item. Never blocks.
     *
     * @param item the item, never null
     * @return whether the page may go on; what is written after STOP is refused with an IllegalStateException
     */
    Verdict write(PageItem item);
}
