package dev.backfill.core.metrics;

import java.time.Duration;

/**
 * Hears what the engine does with providers, as it happens. Nothing it is told names a user, an account or mail: providers,
 * operations and reasons are a few dozen constants. Implementations are thread-safe, quick and throw nothing; what they throw is
 * logged once and forgotten. {@link MicrometerMetrics} counts it all in a Micrometer registry.
 */
public interface EngineMetrics {
    /** Hears everything and does nothing. */
    EngineMetrics NONE = new EngineMetrics() {
        @Override
        public void called(String provider, String operation, String outcome, Duration took) {}

        @Override
        public void waited(String provider, String reason, Duration took) {}

        @Override
        public void concurrencyChanged(String provider, int from, int to) {}

        @Override
        public void pageSizeChanged(String provider, int from, int to) {}
    };

    /**
     * One request was answered, refused or lost; each attempt is one.
     *
     * @param provider the provider's id
     * @param operation the operation's name, for instance {@code messages.list}
     * @param outcome {@code ok}, or the error's kind in lower case, for instance {@code throttled}
     * @param took from sending to the end of the answer
     */
    void called(String provider, String operation, String outcome, Duration took);

    /**
     * One request waited before it was sent.
     *
     * @param provider the provider's id
     * @param reason {@code quota} for a quota or rate that is used up, {@code throttled} for the end of a throttling
     * @param took how long
     */
    void waited(String provider, String reason, Duration took);

    /**
     * One mailbox may have more or fewer requests in flight than before: fewer after a complaint, more after successes.
     *
     * @param provider the provider's id
     * @param from how many before, 1 or more
     * @param to how many now, 1 or more
     */
    void concurrencyChanged(String provider, int from, int to);

    /**
     * One partition is read in larger or smaller pages than before: smaller after a page that was too much.
     *
     * @param provider the provider's id
     * @param from messages a page before, 1 or more
     * @param to messages a page now, 1 or more
     */
    void pageSizeChanged(String provider, int from, int to);
}
