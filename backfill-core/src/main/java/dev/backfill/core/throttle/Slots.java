package dev.backfill.core.throttle;

/**
 * How many requests to one mailbox may be in flight: halved when the provider complains of it, one more after a run of
 * successes, never more than the quota. Beyond what it began with only successes count that came while all were busy: more
 * at once is tried where it helps, and no limit is felt for in vain. Complaints about requests that were sent before the last halving are the same
 * complaint and count once. Not thread-safe.
 */
final class Slots {
    private final int first;
    private final int most;
    private final int growAfter;
    private int limit;
    private int inFlight;
    private int successes;
    private long epoch;

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

    /** Changes with each halving. */
    long epoch() {
        return epoch;
    }

    boolean hasRoom() {
        return inFlight < limit;
    }

    void take() {
        inFlight++;
    }

    void giveBack() {
        inFlight--;
    }

    /** Hears of a success, while its slot is still taken. */
    void succeeded() {
        boolean wanted = limit < first || inFlight >= limit;
        if (limit < most && wanted && ++successes >= growAfter) {
            successes = 0;
            limit++;
        }
    }

    void tooMany(long sentInEpoch) {
        successes = 0;
        if (sentInEpoch == epoch) {
            epoch++;
            limit = Math.max(1, limit / 2);
        }
    }
}
