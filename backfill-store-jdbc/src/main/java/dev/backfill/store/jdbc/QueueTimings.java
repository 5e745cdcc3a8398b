package dev.backfill.store.jdbc;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How quickly a queue looks for work, and how soon a silent instance counts as dead. All instances that share a database must
 * agree on the heartbeat and the limit. Immutable.
 *
 * @param polling how often due jobs are looked for if nobody says that there are some; 1 ms or more
 * @param heartbeat how often an instance says that it lives; 1 ms or more
 * @param missedHeartbeats after how many heartbeats without a word an instance is dead; 4 or more
 * @param closeWait how long closing waits for runs before it interrupts them
 */
record QueueTimings(Duration polling, Duration heartbeat, int missedHeartbeats, Duration closeWait) {
    /** Dead at 12 s, found by 18 s, run elsewhere by 20 s. */
    static final QueueTimings DEFAULT =
            new QueueTimings(Duration.ofSeconds(1), Duration.ofSeconds(3), 4, Duration.ofSeconds(10));

    private static final int LEAST_MISSED = 4;
    private static final int HOLD_QUARTERS = 3;
    private static final Duration SHORTEST_STANDSTILL = Duration.ofMillis(500);
    private static final Duration LONGEST_STANDSTILL = Duration.ofSeconds(8);

    QueueTimings {
        requireNonNull(polling, "polling");
        requireNonNull(heartbeat, "heartbeat");
        requireNonNull(closeWait, "closeWait");
        if (polling.toMillis() < 1 || heartbeat.toMillis() < 1 || closeWait.isNegative()) {
            throw new IllegalArgumentException("polling and heartbeat must be 1 ms or more, closeWait 0 or more");
        }
        if (missedHeartbeats < LEAST_MISSED) {
            throw new IllegalArgumentException("missedHeartbeats must be " + LEAST_MISSED + " or more");
        }
    }

    /** After so long without a heartbeat others may run an instance's jobs. */
    Duration deadAfter() {
        return heartbeat.multipliedBy(missedHeartbeats);
    }

    /** After so long without a heartbeat a run must stop by itself: a quarter before others may begin. */
    Duration holdFor() {
        return deadAfter().multipliedBy(HOLD_QUARTERS).dividedBy(4);
    }

    /**
     * How long a transaction of this instance may stand still before the database ends it: less than it takes to find the
     * instance dead, so that nobody waits for the rows of one that is frozen, and far more than a write.
     */
    Duration standstill() {
        Duration wanted = deadAfter().multipliedBy(2).dividedBy(3);
        if (wanted.compareTo(SHORTEST_STANDSTILL) < 0) {
            return SHORTEST_STANDSTILL;
        }
        return wanted.compareTo(LONGEST_STANDSTILL) > 0 ? LONGEST_STANDSTILL : wanted;
    }

    /** How often jobs that nobody runs are looked for. */
    Duration safetyNet() {
        return heartbeat.multipliedBy(2);
    }
}
