package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import java.time.ZoneId;

/** When a recurring backfill runs. Immutable and thread-safe. */
public sealed interface Schedule {
    /**
     * Runs at the times of a cron expression.
     *
     * @param expression six fields: second, minute, hour, day of month, month, day of week
     * @param zone the time zone the fields are read in
     */
    record Cron(String expression, ZoneId zone) implements Schedule {
        /** Checks that both are present. */
        public Cron {
            requireNonNull(expression, "expression");
            requireNonNull(zone, "zone");
        }
    }

    /**
     * Runs a fixed time after the end of the run before.
     *
     * @param delay at least one minute
     */
    record FixedDelay(Duration delay) implements Schedule {
        /** The shortest delay: one minute. */
        public static final Duration MIN_DELAY = Duration.ofMinutes(1);

        /** Checks the bound. */
        public FixedDelay {
            requireNonNull(delay, "delay");
            if (delay.compareTo(MIN_DELAY) < 0) {
                throw new InvalidRequestException("delay", "must be at least " + MIN_DELAY + ", was " + delay);
            }
        }
    }
}
