package dev.backfill.core.throttle;

import dev.backfill.spi.Quota;
import java.util.List;

/**
 * What quotas make of a number of requests: the least time they take, once what may be sent in a burst is spent. Stateless and
 * thread-safe.
 */
public final class QuotaTime {
    private QuotaTime() {}

    /**
     * Gives the time that the tightest quota implies.
     *
     * @param quotas the limits
     * @param share the part of each that is planned on, more than 0 to 1
     * @param calls requests, 0 or more
     * @param units cost units, 0 or more
     * @param bytes bytes of answers, 0 or more; 0 when nobody knows
     * @return seconds, 0 when no quota binds
     */
    public static double seconds(List<Quota> quotas, double share, long calls, long units, long bytes) {
        double longest = 0;
        for (Quota quota : quotas) {
            long cost = switch (quota.measure()) {
                case REQUESTS -> calls;
                case UNITS -> units;
                case BYTES -> bytes;
                case CONCURRENT -> 0;
            };
            double windows = (double) cost / (quota.amount() * share);
            longest = Math.max(longest, windows * quota.window().toSeconds());
        }
        return longest;
    }
}
