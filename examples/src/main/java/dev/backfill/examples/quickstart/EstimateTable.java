package dev.backfill.examples.quickstart;

import dev.backfill.api.Estimate;
import java.io.PrintStream;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/** What jobs would read and cost, a line each. */
final class EstimateTable {
    private EstimateTable() {}

    static void print(Map<Provider, Estimate> estimates, PrintStream out) {
        out.printf(
                Locale.ROOT, "%-10s %14s %14s %14s %22s%n", "", "messages", "requests", "units", "at least, by quota");
        estimates.forEach((provider, estimate) -> out.printf(
                Locale.ROOT,
                "%-10s %14s %,14d %,14d %22s%n",
                provider.id(),
                messages(estimate),
                estimate.calls(),
                estimate.quotaUnits(),
                text(estimate.time())));
    }

    private static String messages(Estimate estimate) {
        return switch (estimate.kind()) {
            case EXACT -> String.format(Locale.ROOT, "%,d", estimate.emails());
            case ESTIMATE -> String.format(Locale.ROOT, "about %,d", estimate.emails());
            case UNKNOWN -> "unknown";
        };
    }

    /** A time as people read it: two units at the most. */
    static String text(Duration time) {
        long seconds = time.plusMillis(999).toSeconds();
        if (seconds < 60) {
            return seconds + " s";
        }
        if (seconds < 3_600) {
            return seconds / 60 + " min " + seconds % 60 + " s";
        }
        long minutes = (seconds + 59) / 60;
        return minutes < 1_440
                ? minutes / 60 + " h " + minutes % 60 + " min"
                : minutes / 1_440 + " d " + minutes % 1_440 / 60 + " h";
    }
}
