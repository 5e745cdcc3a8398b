package dev.backfill.benchmarks;

/**
 * How much a bench does. Immutable.
 *
 * @param quick true to look whether it works, in seconds, rather than to measure
 * @param factor how many times the usual messages, or windows of a quota where time is what is measured; more than 0
 */
record Size(boolean quick, double factor) {
    private static final double MOST = 1_000;
    private static final double PART_OF_A_WINDOW = 0.4;
    /** And what is over when the last messages are handed out before its end. */
    private static final double WHOLE_WINDOW = 1.1;

    Size {
        if (!(factor > 0) || factor > MOST) {
            throw new IllegalArgumentException("--size is more than 0 and at most " + MOST + ", not " + factor);
        }
    }

    /** What is done of so many: all times the factor, and 1 at the least. */
    int of(int all) {
        return (int) Math.max(1, Math.round(all * factor));
    }

    /**
     * How long is measured, of windows of which the first is not counted: one whole one after it at the least, since a rate in a
     * part of a window is none. A quick look does with a part.
     */
    double windows(double all) {
        return 1 + Math.max(quick ? PART_OF_A_WINDOW : WHOLE_WINDOW, (all - 1) * factor);
    }
}
