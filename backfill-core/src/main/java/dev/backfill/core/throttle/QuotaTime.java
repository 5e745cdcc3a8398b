package dev.backfill.core.throttle;

import dev.backfill.spi.Quota;
import java.time.Duration;
import java.util.List;

/** What quotas make of a number of requests: the least time they take. Immutable and thread-safe. */
public final class QuotaTime {
    private static final long MILLIS_PER_SECOND = 1_000;
    private static final double NANOS_PER_SECOND = 1e9;

    private final List<Quota> quotas;
    private final double share;
    private final double burst;

    /**
     * Makes it for some quotas.
     *
     * @param quotas the limits
     * @param config the part of each that is planned on, and the part of that which goes at once
     */
    public QuotaTime(List<Quota> quotas, ThrottleConfig config) {
        this.quotas = List.copyOf(quotas);
        this.share = config.quotaShare();
        this.burst = config.burstShare();
    }

    /**
     * What something costs. Immutable.
     *
     * @param calls requests, 0 or more
     * @param units cost units, 0 or more
     * @param bytes bytes of answers, 0 or more; 0 when nobody knows
     */
    public record Cost(long calls, long units, long bytes) {
        private long of(Quota quota) {
            return switch (quota.measure()) {
                case REQUESTS -> calls;
                case UNITS -> units;
                case BYTES -> bytes;
                case CONCURRENT -> 0;
            };
        }
    }

    /**
     * Gives the time from the first request to the last when nothing is spent yet: what may go at once takes no time.
     *
     * @param cost all it costs
     * @return the time that the tightest quota implies, zero when none binds
     */
    public Duration fromTheStart(Cost cost) {
        return longest(quota -> {
            double windows = windows(quota, cost);
            // What is kept in the store is not spread: a window's amount goes at once, and comes back at once.
            return DrawnBudgets.keeps(quota) ? Math.max(0, Math.ceil(windows) - 1) : Math.max(0, windows - burst);
        });
    }

    /**
     * Gives the time that something takes in the long run, by limits whose windows are shorter than an hour: a burst is spent soon.
     *
     * @param cost what it costs
     * @return the time that the tightest of these quotas implies, zero when none binds
     */
    public Duration inTheLongRun(Cost cost) {
        return longest(quota -> DrawnBudgets.isLong(quota) ? 0 : windows(quota, cost));
    }

    /**
     * Gives how much of a day, or of another long window, something takes.
     *
     * @param cost what it costs
     * @return the share by the tightest of the limits whose windows are an hour or longer, as a time; zero when there is none
     */
    public Duration ofTheDays(Cost cost) {
        return longest(quota -> DrawnBudgets.isLong(quota) ? windows(quota, cost) : 0);
    }

    private interface Windows {
        double of(Quota quota);
    }

    private Duration longest(Windows windows) {
        double seconds = quotas.stream()
                .mapToDouble(quota -> windows.of(quota) * quota.window().toNanos() / NANOS_PER_SECOND)
                .max()
                .orElse(0);
        return Duration.ofMillis((long) Math.ceil(seconds * MILLIS_PER_SECOND));
    }

    private double windows(Quota quota, Cost cost) {
        return (double) cost.of(quota) / Math.max(1, quota.amount() * share);
    }
}
