package dev.backfill.benchmarks.report;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * One figure. Immutable and thread-safe.
 *
 * @param name what was measured, and where; unique within a bench
 * @param value the figure
 * @param unit its unit, for instance {@code messages/s}
 * @param ratio the figure as a share of another of the same run; null for a figure that stands alone
 * @param ratioTo what it is a share of; null without a ratio
 */
public record Row(
        String name,
        double value,
        String unit,
        @Nullable Double ratio,
        @Nullable String ratioTo) {
    /** Checks that a ratio says of what. */
    public Row {
        requireNonNull(name, "name");
        requireNonNull(unit, "unit");
        if ((ratio == null) != (ratioTo == null)) {
            throw new IllegalArgumentException("a ratio names what it is a ratio to, and the other way round: " + name);
        }
    }

    /**
     * Makes a figure that stands alone.
     *
     * @param name what was measured
     * @param value the figure
     * @param unit its unit
     * @return the row
     */
    public static Row of(String name, double value, String unit) {
        return new Row(name, value, unit, null, null);
    }

    /**
     * Says what this figure is a share of.
     *
     * @param anchor the figure of the same run that it is divided by
     * @param anchorName what that is
     * @return a row with the ratio
     */
    public Row to(double anchor, String anchorName) {
        return new Row(name, value, unit, value / anchor, anchorName);
    }
}
