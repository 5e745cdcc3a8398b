package dev.backfill.core.throttle;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;

/** Knows the most that was spent within any window of a length, wherever it begins; simple and slow on purpose. */
final class SlidingWindowCheck {
    private final long windowNanos;
    private final Deque<long[]> inWindow = new ArrayDeque<>();
    private long sum;
    private long most;
    private long total;

    SlidingWindowCheck(Duration window) {
        this.windowNanos = window.toNanos();
    }

    synchronized void spent(long now, long amount) {
        while (!inWindow.isEmpty() && now - inWindow.getFirst()[0] >= windowNanos) {
            sum -= inWindow.removeFirst()[1];
        }
        inWindow.addLast(new long[] {now, amount});
        sum += amount;
        total += amount;
        most = Math.max(most, sum);
    }

    synchronized long most() {
        return most;
    }

    synchronized long total() {
        return total;
    }
}
