package dev.backfill.core;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.InvalidRequestException;
import java.time.Duration;

/** The checks of configuration values; each error names field, range and value. */
final class ConfigChecks {
    private ConfigChecks() {}

    static void inRange(String field, long value, long min, long max) {
        if (value < min || value > max) {
            throw new InvalidRequestException(field, "must be " + min + " to " + max + ", was " + value);
        }
    }

    static void inRange(String field, Duration value, Duration min, Duration max) {
        requireNonNull(value, field);
        if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
            throw new InvalidRequestException(field, "must be " + min + " to " + max + ", was " + value);
        }
    }

    static void share(String field, double value) {
        // Written so that a NaN fails as well.
        if (!(value > 0 && value <= 1)) {
            throw new InvalidRequestException(field, "must be over 0 and at most 1, was " + value);
        }
    }

    static void notAfter(String field, Duration value, String limitField, Duration limit) {
        if (value.compareTo(limit) > 0) {
            throw new InvalidRequestException(
                    field, "must not be longer than " + limitField + " (" + limit + "), was " + value);
        }
    }
}
