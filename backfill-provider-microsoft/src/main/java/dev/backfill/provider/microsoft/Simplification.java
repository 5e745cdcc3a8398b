package dev.backfill.provider.microsoft;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * How much less than all a server is asked for, because it refuses more. Learned once for the mailbox: level 0 is everything,
 * each further level is less. Thread-safe.
 */
final class Simplification {
    private final int last;
    private final AtomicInteger level = new AtomicInteger();

    /**
     * Begins with everything.
     *
     * @param last the level with the least, 0 or more
     */
    Simplification(int last) {
        this.last = last;
    }

    /** {@return the level to ask with, from 0} */
    int level() {
        return level.get();
    }

    /** {@return true if a server that refuses this level can be asked for no less} */
    boolean isLast(int asked) {
        return asked >= last;
    }

    /**
     * Asks for less from now on.
     *
     * @param to the level that the server takes; one that is no step forward changes nothing
     */
    void learn(int to) {
        level.accumulateAndGet(Math.min(to, last), Math::max);
    }
}
