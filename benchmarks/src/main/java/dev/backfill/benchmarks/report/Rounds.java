package dev.backfill.benchmarks.report;

import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Measures several things in turn, round after round, so that whatever slows the machine down slows all of them: their medians
 * can be divided by each other. Every other round goes the other way, for to come first or last is an advantage of its own. Not
 * thread-safe.
 */
public final class Rounds {
    private final int warmUps;
    private final int rounds;
    private final Map<String, Measurements> measurements = new LinkedHashMap<>();

    /** Does the work once and looks at it from several sides. */
    @FunctionalInterface
    public interface Measurements {
        /**
         * Does the work.
         *
         * @return the figures by name, the same names each time
         * @throws Exception whatever went wrong; it ends the bench
         */
        Map<String, Double> run() throws Exception;
    }

    /** Does the work once. */
    @FunctionalInterface
    public interface Measurement {
        /**
         * Does the work.
         *
         * @return the figure, for instance messages a second
         * @throws Exception whatever went wrong; it ends the bench
         */
        double run() throws Exception;
    }

    /**
     * Starts without anything to measure.
     *
     * @param warmUps rounds whose figures are forgotten, 0 or more
     * @param rounds rounds that count, 1 or more
     */
    public Rounds(int warmUps, int rounds) {
        if (warmUps < 0 || rounds < 1) {
            throw new IllegalArgumentException("warmUps must be 0 or more and rounds 1 or more");
        }
        this.warmUps = warmUps;
        this.rounds = rounds;
    }

    /**
     * Adds something to measure.
     *
     * @param name how it is called in the result
     * @param measurement does it once
     * @return this
     */
    public Rounds measure(String name, Measurement measurement) {
        measurements.put(name, () -> Map.of("", measurement.run()));
        return this;
    }

    /**
     * Adds something to measure that gives several figures.
     *
     * @param name how it is called in the result; each figure's name is put behind it, after a comma
     * @param several does it once
     * @return this
     */
    public Rounds measureAll(String name, Measurements several) {
        measurements.put(name, several);
        return this;
    }

    /**
     * Runs all rounds.
     *
     * @return the median of each
     * @throws Exception whatever a measurement threw
     */
    public Medians run() throws Exception {
        Map<String, List<Double>> figures = new LinkedHashMap<>();
        List<Map.Entry<String, Measurements>> inTurn = new ArrayList<>(measurements.entrySet());
        for (int round = 0; round < warmUps + rounds; round++) {
            for (Map.Entry<String, Measurements> measurement : inTurn) {
                Map<String, Double> once = measurement.getValue().run();
                if (round >= warmUps) {
                    once.forEach((name, figure) -> figures.computeIfAbsent(
                                    name(measurement.getKey(), name), unused -> new ArrayList<>())
                            .add(figure));
                }
            }
            Collections.reverse(inTurn);
        }
        Map<String, Double> medians = new LinkedHashMap<>();
        figures.forEach((name, all) -> medians.put(name, median(all)));
        return new Medians(Collections.unmodifiableMap(medians));
    }

    private static String name(String measurement, String figure) {
        return figure.isEmpty() ? measurement : measurement + ", " + figure;
    }

    private static double median(List<Double> figures) {
        Collections.sort(figures);
        int middle = figures.size() / 2;
        return figures.size() % 2 == 1 ? figures.get(middle) : (figures.get(middle - 1) + figures.get(middle)) / 2;
    }
}
