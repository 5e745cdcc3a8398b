package dev.backfill.spi;

/**
 * How much one page may hand over. Immutable and thread-safe.
 *
 * @param messages the most messages, 1 or more
 * @param bytes the most bytes of messages as {@link dev.backfill.model.EmailMessage#heapBytes()} counts them, 1 or more; one
 *     message is always allowed
 */
public record PageLimit(int messages, long bytes) {
    /** Checks the bounds. */
    public PageLimit {
        if (messages < 1 || bytes < 1) {
            throw new IllegalArgumentException("a page limit must be 1 or more: " + messages + ", " + bytes);
        }
    }
}
