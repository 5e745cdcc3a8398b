package dev.backfill.core.throttle;

import dev.backfill.api.Waiting;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * What went through a gate so far, as of one moment. Immutable.
 *
 * @param apiCalls requests sent; each attempt counts
 * @param quotaTime the least time that the quotas give to what was sent and received in the long run, those of a day left out
 * @param dayTime how much of a day's quotas was sent and received, as a time; more than a day when it was more than they give
 * @param retries of these, sent again after a transient error; not after a throttling or a refused token
 * @param throttlings answers that said the quota is used up
 * @param throttled how long at least one call waited for the end of a throttling; waits side by side count once
 * @param concurrency how many requests the mailbox may have in flight now
 * @param inFlight how many requests of this gate are in flight
 * @param waiting what the gate waits for, QUOTA or TOKEN; null while a request is in flight, and when nobody calls
 */
public record GateStats(
        long apiCalls,
        Duration quotaTime,
        Duration dayTime,
        long retries,
        long throttlings,
        Duration throttled,
        int concurrency,
        int inFlight,
        @Nullable Waiting waiting) {}
