package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/** Checks of configuration values. */
final class Bounds {
    private Bounds() {}

    static void positive(String name, Duration value) {
        requireNonNull(value, name);
        if (value.isZero() || value.isNegative()) {
            throw new IllegalArgumentException(name + " must be more than zero, was " + value);
        }
    }

    static void share(String name, double value) {
        if (!(value > 0 && value <= 1)) {
            throw new IllegalArgumentException(name + " must be more than 0 and at most 1, was " + value);
        }
    }
}
