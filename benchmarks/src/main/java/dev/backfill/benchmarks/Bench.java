package dev.backfill.benchmarks;

import dev.backfill.benchmarks.report.Report;

/** One bench. Stateless: whatever it starts it stops before it returns. */
@FunctionalInterface
interface Bench {
    /**
     * Measures.
     *
     * @param report takes the figures
     * @param size how much to do
     * @throws Exception whatever went wrong; the command fails
     */
    void run(Report report, Size size) throws Exception;
}
