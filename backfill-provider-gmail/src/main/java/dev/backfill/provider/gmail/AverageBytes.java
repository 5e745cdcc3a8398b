package dev.backfill.provider.gmail;

import java.util.concurrent.atomic.AtomicLong;

/** How large messages are, by those seen last; says how many are worth getting at once for a page's room. Thread-safe. */
final class AverageBytes {
    private static final int MAX_AT_ONCE = 100;
    private static final long FIRST_GUESS = 16_384;

    /** Before any was answered for, about as many as are under way at once in any case. */
    private static final int MAX_UNSEEN = 16;

    private final AtomicLong average = new AtomicLong(FIRST_GUESS);
    private volatile boolean answered;

    /**
     * Says how many messages to get.
     *
     * @param room how many bytes of messages there is room for
     * @param most the most messages
     * @return 1 or more, 100 at the most
     */
    int fitting(long room, long most) {
        long byBytes = Math.max(0, room) / average.get() + 1;
        return (int) Math.max(1, Math.min(Math.min(byBytes, answered ? MAX_AT_ONCE : MAX_UNSEEN), most));
    }

    /** Hears how much a message that was handed over held while it was got. */
    void saw(long bytes) {
        average.updateAndGet(before -> Math.max(1, (before * 15 + bytes) / 16));
    }

    /** Hears that some were asked for, and that what came is known. */
    void answered() {
        answered = true;
    }
}
