package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * One limit of a provider, as data. Immutable and thread-safe.
 *
 * @param name a short constant name for metrics, for instance {@code graph-requests}
 * @param measure what is limited
 * @param scope who shares the limit
 * @param amount how much a window allows, or how many requests at once; 1 or more
 * @param window the length of the window; zero for {@link Measure#CONCURRENT}
 * @param first for {@link Measure#CONCURRENT}, how many requests at once to begin with where the provider does not name its limit,
 *     1 to {@code amount}; the engine tries more while they help, and fewer when the provider complains. For every other measure
 *     it is the amount
 */
public record Quota(String name, Measure measure, Scope scope, long amount, Duration window, long first) {
    /** What a quota limits. */
    public enum Measure {
        /** Requests, whatever their price. */
        REQUESTS,
        /** Cost units, see {@link Operation#units()}. */
        UNITS,
        /** Bytes of answers. */
        BYTES,
        /** Requests at the same time. */
        CONCURRENT
    }

    /** Who shares a quota. */
    public enum Scope {
        /** All requests to one mailbox. */
        MAILBOX,
        /** All requests of one app or project of the host, see {@code BackfillBuilder.quotaProject}. */
        PROJECT,
        /** All requests of the host to the provider, whatever the app or project. */
        GLOBAL
    }

    /** Checks the bounds. */
    public Quota {
        requireNonNull(name, "name");
        requireNonNull(measure, "measure");
        requireNonNull(scope, "scope");
        requireNonNull(window, "window");
        if (amount < 1) {
            throw new IllegalArgumentException("amount must be 1 or more, was " + amount);
        }
        if (first < 1 || first > amount || measure != Measure.CONCURRENT && first != amount) {
            throw new IllegalArgumentException(
                    "first must be 1 to the amount, and the amount unless CONCURRENT, was " + first);
        }
        if ((measure == Measure.CONCURRENT) != window.isZero() || window.isNegative()) {
            throw new IllegalArgumentException("a window belongs to every measure but CONCURRENT, was " + window);
        }
    }

    /**
     * Makes a limit that the provider names.
     *
     * @param name a short constant name for metrics
     * @param measure what is limited
     * @param scope who shares the limit
     * @param amount how much a window allows, or how many requests at once; 1 or more
     * @param window the length of the window; zero for {@link Measure#CONCURRENT}
     */
    public Quota(String name, Measure measure, Scope scope, long amount, Duration window) {
        this(name, measure, scope, amount, window, amount);
    }

    /**
     * Limits requests at the same time to one mailbox.
     *
     * @param name a short constant name
     * @param requests how many at once, 1 or more
     * @return the quota
     */
    public static Quota concurrent(String name, int requests) {
        return new Quota(name, Measure.CONCURRENT, Scope.MAILBOX, requests, Duration.ZERO);
    }

    /**
     * Limits requests at the same time to one mailbox where the provider does not say how many there may be.
     *
     * @param name a short constant name
     * @param first how many to begin with, 1 to {@code most}
     * @param most how many there may ever be
     * @return the quota
     */
    public static Quota concurrent(String name, int first, int most) {
        return new Quota(name, Measure.CONCURRENT, Scope.MAILBOX, most, Duration.ZERO, first);
    }
}
