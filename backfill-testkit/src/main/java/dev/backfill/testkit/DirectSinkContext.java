package dev.backfill.testkit;

import dev.backfill.spi.Settings;
import dev.backfill.spi.SinkContext;
import java.time.InstantSource;
import java.util.Map;

/**
 * What a sink needs, without an engine: for the tests of a sink. Immutable and thread-safe.
 *
 * @param settings the sink's settings
 * @param clock the wall clock
 */
public record DirectSinkContext(Settings settings, InstantSource clock) implements SinkContext {
    /**
     * Makes a context with the system's clock and no environment.
     *
     * @param sinkId the sink's id
     * @param settings its settings by name
     * @return the context
     */
    public static DirectSinkContext of(String sinkId, Map<String, String> settings) {
        return new DirectSinkContext(Settings.of(sinkId, settings), InstantSource.system());
    }
}
