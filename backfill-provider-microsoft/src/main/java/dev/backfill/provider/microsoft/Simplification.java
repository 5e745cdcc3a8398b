package dev.backfill.provider.microsoft;

/**
 * How much less than all a server is asked for, because it refuses more. Learned for the mailbox, and only where less was
 * granted: level 0 is everything, each further level is less. Thread-safe.
 */
final class Simplification {
    /** One page that is refused may be refused for one message in it; this many in a row are the server's way. */
    private static final int ENOUGH = 2;

    private final Object lock = new Object();
    private final int last;
    private int level;
    private int refusals;
    private int helped;

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
        synchronized (lock) {
            return level;
        }
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
        synchronized (lock) {
            level = Math.max(level, Math.min(to, last));
            refusals = 0;
        }
    }

    /**
     * Hears at which level a page was granted. Where two pages in a row were refused at the level in use, the mailbox is asked
     * for less from then on; one alone teaches nothing.
     *
     * @param first the level it was asked for first
     * @param granted the level at which the server gave it
     */
    void pageGranted(int first, int granted) {
        synchronized (lock) {
            if (first < level) {
                // Asked before another thread learned.
                return;
            }
            if (granted == first) {
                refusals = 0;
                return;
            }
            helped = refusals == 0 ? granted : Math.min(helped, granted);
            refusals++;
            if (refusals >= ENOUGH) {
                learn(helped);
            }
        }
    }
}
