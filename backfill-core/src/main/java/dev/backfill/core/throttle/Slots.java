package dev.backfill.core.throttle;

/**
 * How many requests to one mailbox may be in flight: halved when the provider complains of it, one more after a run of
 * successes, never more than the quota. Complaints about requests that were sent before the last halving are the same
 * complaint and count once. Not thread-safe.
 */
final class Slots {
    private final int most;
    private final int growAfter;
    private int limit;
    private int inFlight;
    private int successes;
    private long epoch;

    Slots(int most, int growAfter) {
        this.most = most;
        this.growAfter = growAfter;
        this.limit = most;
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

    void succeeded() {
        if (limit < most && ++successes >= growAfter) {
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
