package dev.backfill.core.throttle;

import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;

/**
 * What was spent within a sliding window. Exact in what it forbids: in no window, wherever it begins, is more spent than
 * allowed. Spendings close to each other are kept as one, at the time of the last, so that the log stays small; they come back
 * a 256th of the window late at the most. Not thread-safe.
 */
final class WindowLog {
    private static final int ENTRIES = 256;

    private final long limit;
    private final long windowNanos;
    private final Deque<Spending> spendings = new ArrayDeque<>();
    private long spent;

    WindowLog(long limit, long windowNanos) {
        this.limit = limit;
        this.windowNanos = windowNanos;
    }

    /** How long to wait until an amount may be spent; more than the limit waits for an empty window. */
    long waitNanos(long now, long amount) {
        forgetOld(now);
        long room = limit - Math.min(amount, limit);
        long left = spent;
        Iterator<Spending> oldestFirst = spendings.iterator();
        long wait = 0;
        while (left > room && oldestFirst.hasNext()) {
            Spending spending = oldestFirst.next();
            left -= spending.amount;
            wait = spending.lastNanos + windowNanos - now;
        }
        return wait;
    }

    /** How much may be spent now; 0 or more. */
    long room(long now) {
        forgetOld(now);
        return Math.max(0, limit - spent);
    }

    void spend(long now, long amount) {
        Spending last = spendings.peekLast();
        if (last != null && now - last.firstNanos < windowNanos / ENTRIES) {
            last.lastNanos = now;
            last.amount += amount;
        } else {
            spendings.addLast(new Spending(now, amount));
        }
        spent += amount;
    }

    boolean isEmpty(long now) {
        forgetOld(now);
        return spendings.isEmpty();
    }

    private void forgetOld(long now) {
        Spending oldest = spendings.peekFirst();
        while (oldest != null && now - oldest.lastNanos >= windowNanos) {
            spent -= oldest.amount;
            spendings.removeFirst();
            oldest = spendings.peekFirst();
        }
    }

    /** What was spent from one moment to another close by. */
    private static final class Spending {
        private final long firstNanos;
        private long lastNanos;
        private long amount;

        Spending(long now, long amount) {
            this.firstNanos = now;
            this.lastNanos = now;
            this.amount = amount;
        }
    }
}
