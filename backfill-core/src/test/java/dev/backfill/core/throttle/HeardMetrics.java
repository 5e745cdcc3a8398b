package dev.backfill.core.throttle;

import dev.backfill.core.metrics.EngineMetrics;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** Metrics that write down what they hear. Thread-safe. */
final class HeardMetrics implements EngineMetrics {
    final List<String> heard = new CopyOnWriteArrayList<>();

    @Override
    public void called(String provider, String operation, String outcome, Duration took) {
        heard.add(provider + " " + operation + " " + outcome + " " + took.toMillis());
    }

    @Override
    public void waited(String provider, String reason, Duration took) {
        heard.add(provider + " waited " + reason + " " + took.toMillis());
    }

    @Override
    public void concurrencyChanged(String provider, int from, int to) {
        heard.add(provider + " concurrency " + from + " " + to);
    }

    @Override
    public void pageSizeChanged(String provider, int from, int to) {
        heard.add(provider + " page " + from + " " + to);
    }
}
