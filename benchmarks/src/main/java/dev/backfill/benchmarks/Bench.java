package dev.backfill.benchmarks;

import dev.backfill.benchmarks.report.Report;

/** One bench. Stateless: whatever it starts it stops before it returns. */
@FunctionalInterface
interface Bench {
    /**
     * Measures.
     *
     * @param report takes the figures
     * @param quick true to look whether it works, in seconds, rather than to measure
     * @throws Exception whatever went wrong; the command fails
     */
    void run(Report report, boolean quick) throws Exception;
}
