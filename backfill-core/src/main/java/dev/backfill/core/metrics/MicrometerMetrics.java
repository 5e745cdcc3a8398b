package dev.backfill.core.metrics;

import static java.util.Objects.requireNonNull;

import io.micrometer.core.instrument.MeterRegistry;
import java.time.Duration;

/**
 * Counts what the engine does in a Micrometer registry. Needs {@code io.micrometer:micrometer-core} on the class path, which the
 * engine does not bring. Thread-safe.
 *
 * <ul>
 *   <li>{@code backfill.calls}, a timer by {@code provider}, {@code operation} and {@code outcome}: requests sent;
 *   <li>{@code backfill.waits}, a timer by {@code provider} and {@code reason} ({@code quota}, {@code throttled}): how long
 *       requests waited before they were sent;
 *   <li>{@code backfill.concurrency} and {@code backfill.page.size}, summaries by {@code provider} and {@code direction}
 *       ({@code up}, {@code down}): each change of how many requests a mailbox may have in flight, and of how many messages a
 *       page holds, with the value that it became.
 * </ul>
 */
public final class MicrometerMetrics implements EngineMetrics {
    private static final String PROVIDER = "provider";

    private final MeterRegistry registry;

    /**
     * Makes metrics over a registry.
     *
     * @param registry where to count; the host closes it
     */
    public MicrometerMetrics(MeterRegistry registry) {
        this.registry = requireNonNull(registry, "registry");
    }

    @Override
    public void called(String provider, String operation, String outcome, Duration took) {
        registry.timer("backfill.calls", PROVIDER, provider, "operation", operation, "outcome", outcome)
                .record(took);
    }

    @Override
    public void waited(String provider, String reason, Duration took) {
        registry.timer("backfill.waits", PROVIDER, provider, "reason", reason).record(took);
    }

    @Override
    public void concurrencyChanged(String provider, int from, int to) {
        change("backfill.concurrency", provider, from, to);
    }

    @Override
    public void pageSizeChanged(String provider, int from, int to) {
        change("backfill.page.size", provider, from, to);
    }

    private void change(String name, String provider, int from, int to) {
        registry.summary(name, PROVIDER, provider, "direction", to > from ? "up" : "down")
                .record(to);
    }
}
