package dev.backfill.benchmarks.report;

import java.util.Map;

/**
 * What {@link Rounds} gave. Immutable and thread-safe.
 *
 * @param byName the median of each figure
 */
public record Medians(Map<String, Double> byName) {
    /**
     * Gives one of them.
     *
     * @param name the figure's name
     * @return its median
     * @throws IllegalArgumentException if there is no such figure
     */
    public double of(String name) {
        Double median = byName.get(name);
        if (median == null) {
            throw new IllegalArgumentException("no figure " + name + " among " + byName.keySet());
        }
        return median;
    }
}
