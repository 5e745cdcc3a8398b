package dev.backfill.core.pipeline;

import dev.backfill.api.Waiting;
import org.jspecify.annotations.Nullable;

/**
 * How a run is doing at this moment. Immutable.
 *
 * @param waiting what it waits for; null for nothing
 * @param emailsPerSecond the rate of publishing, see {@link RunMeter#emailsPerSecond()}
 * @param quotaSecondsPerEmail how long the quotas make one message take, as this run's have cost so far; 0 when none binds or
 *     nothing was listed
 * @param daySecondsPerEmail how much of a day's quotas one message takes, as this run's have cost so far; 0 when there is none or
 *     nothing was listed
 */
public record RunStatus(
        @Nullable Waiting waiting, double emailsPerSecond, double quotaSecondsPerEmail, double daySecondsPerEmail) {}
