package dev.backfill.core.throttle;

/**
 * How many messages to ask for at once: halved when the gateway gives up on the size, and grown again in steps. One for each
 * partition. Thread-safe.
 */
public final class PageSizer {
    /** After how many good pages the size grows. */
    public static final int GROW_AFTER = 8;

    private final int maxMessages;
    private final ProviderMetrics metrics;
    private final Object lock = new Object();
    // Both guarded by the lock
    private int messages;
    private int goodPages;

    /**
     * Starts with the largest size.
     *
     * @param maxMessages the largest size, 1 or more: the batch size of the request
     * @param metrics hears of each change
     */
    public PageSizer(int maxMessages, ProviderMetrics metrics) {
        if (maxMessages < 1) {
            throw new IllegalArgumentException("maxMessages must be 1 or more, was " + maxMessages);
        }
        this.maxMessages = maxMessages;
        this.metrics = metrics;
        this.messages = maxMessages;
    }

    /** {@return how many messages to ask for, 1 or more} */
    public int messages() {
        synchronized (lock) {
            return messages;
        }
    }

    /** Hears that a page came whole. After {@value #GROW_AFTER} in a row the size grows by an eighth of the largest. */
    public void good() {
        synchronized (lock) {
            if (messages < maxMessages && ++goodPages >= GROW_AFTER) {
                goodPages = 0;
                become(Math.min(maxMessages, messages + Math.max(1, maxMessages / 8)));
            }
        }
    }

    /**
     * Hears that a page was too big.
     *
     * @return true if the size became smaller; false if it was 1 already, then asking again cannot help
     */
    public boolean tooBig() {
        synchronized (lock) {
            goodPages = 0;
            if (messages == 1) {
                return false;
            }
            become(messages / 2);
            return true;
        }
    }

    private void become(int size) {
        metrics.pageSize(messages, size);
        messages = size;
    }
}
