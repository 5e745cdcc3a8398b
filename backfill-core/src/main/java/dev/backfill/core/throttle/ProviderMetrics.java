package dev.backfill.core.throttle;

import dev.backfill.core.log.ErrorText;
import dev.backfill.core.metrics.EngineMetrics;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Internal: not part of the API, and may change or go at any time. Tells a host's metrics what happens with one provider, and
 * keeps what they throw away from the engine. Thread-safe.
 */
public final class ProviderMetrics {
    /** Tells nobody. */
    public static final ProviderMetrics NONE = new ProviderMetrics(EngineMetrics.NONE, "none");

    private static final Logger LOG = LoggerFactory.getLogger(ProviderMetrics.class);

    private final EngineMetrics metrics;
    private final String provider;
    private final AtomicBoolean failed = new AtomicBoolean();

    /**
     * Binds metrics to a provider.
     *
     * @param metrics hears it
     * @param provider the provider's id
     */
    public ProviderMetrics(EngineMetrics metrics, String provider) {
        this.metrics = metrics;
        this.provider = provider;
    }

    /**
     * See {@link EngineMetrics#called}.
     *
     * @param operation the operation's name
     * @param kind why it failed; null if it did not
     * @param nanos how long it took
     */
    public void called(String operation, SourceException.@Nullable Kind kind, long nanos) {
        String outcome = kind == null ? "ok" : kind.name().toLowerCase(Locale.ROOT);
        tell(() -> metrics.called(provider, operation, outcome, Duration.ofNanos(nanos)));
    }

    /**
     * See {@link EngineMetrics#waited}, for a quota.
     *
     * @param nanos how long
     */
    public void waitedForQuota(long nanos) {
        tell(() -> metrics.waited(provider, "quota", Duration.ofNanos(nanos)));
    }

    /**
     * See {@link EngineMetrics#waited}, for the end of a throttling.
     *
     * @param nanos how long
     */
    public void waitedForFence(long nanos) {
        tell(() -> metrics.waited(provider, "throttled", Duration.ofNanos(nanos)));
    }

    /**
     * See {@link EngineMetrics#concurrencyChanged}; says nothing when nothing changed.
     *
     * @param from how many before
     * @param to how many now
     */
    public void concurrency(int from, int to) {
        if (from != to) {
            tell(() -> metrics.concurrencyChanged(provider, from, to));
        }
    }

    /**
     * See {@link EngineMetrics#pageSizeChanged}; says nothing when nothing changed.
     *
     * @param from messages a page before
     * @param to messages a page now
     */
    public void pageSize(int from, int to) {
        if (from != to) {
            tell(() -> metrics.pageSizeChanged(provider, from, to));
        }
    }

    private void tell(Runnable news) {
        try {
            news.run();
        } catch (RuntimeException broken) {
            if (!failed.getAndSet(true)) {
                LOG.warn("The host's metrics failed; further failures are not told: {}", ErrorText.withStack(broken));
            }
        }
    }
}
