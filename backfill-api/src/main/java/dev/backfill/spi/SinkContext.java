package dev.backfill.spi;

import java.time.InstantSource;

/** What a sink may use. Thread-safe. */
public interface SinkContext {
    /** {@return the host's settings for the sink} */
    Settings settings();

    /** {@return the wall clock} */
    InstantSource clock();
}
