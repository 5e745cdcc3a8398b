package dev.backfill.core.throttle;

/**
 * How many requests to one mailbox may be in flight: halved when the provider complains of it, one more after a run of
 * successes, never more than the quota. Beyond what it began with only successes count of requests during which all were busy: more
 * at once is tried where it helps, and no limit is felt for in vain. Whether all are busy just when one comes back does not tell: of
 * several that come back at once only the first would count, and the next are sent when their threads get to it. Complaints about
 * requests that were sent before the last halving are the same complaint and count once. Not thread-safe.
 */
final class Slots {
    private final int first;
    private final int most;
    private final int growAfter;
    private int limit;
    private int inFlight;
    private int successes;
    private long epoch;
    private long timesFull;

    /**
     * What a request remembers from before it was sent.
     *
     * @param epoch changes with each halving
     * @param timesFull how many times all had become busy
     */
    record Mark(long epoch, long timesFull) {}

    /**
     * @param first how many to begin with, 1 or more
     * @param most how many there may be, {@code first} or more
     * @param growAfter how many successes make one more
     */
    Slots(int first, int most, int growAfter) {
        this.first = first;
        this.most = most;
        this.growAfter = growAfter;
        this.limit = first;
    }

    int limit() {
        return limit;
    }

    int inFlight() {
        return inFlight;
    }

    /** What a request that is about to be sent must remember. */
    Mark mark() {
        return new Mark(epoch, timesFull);
    }

    boolean hasRoom() {
        return inFlight < limit;
    }

    void take() {
        inFlight++;
        if (inFlight >= limit) {
            timesFull++;
        }
    }

    void giveBack() {
        inFlight--;
    }

    /** Hears of a success, while its slot is still taken. */
    void succeeded(Mark sent) {
        boolean wanted = limit < first || inFlight >= limit || timesFull > sent.timesFull();
        if (limit < most && wanted && ++successes >= growAfter) {
            successes = 0;
            limit++;
        }
    }

    void tooMany(Mark sent) {
        successes = 0;
        if (sent.epoch() == epoch) {
            epoch++;
            limit = Math.max(1, limit / 2);
        }
    }
}
