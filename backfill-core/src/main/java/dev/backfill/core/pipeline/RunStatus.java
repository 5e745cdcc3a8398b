package dev.backfill.core.pipeline;

import dev.backfill.api.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * How a run is doing at this moment. Immutable.
 *
 * @param waiting what it waits for; null for nothing
 * @param emailsPerSecond the moving rate of publishing
 */
public record RunStatus(@Nullable Waiting waiting, double emailsPerSecond) {}
