package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * How far a job is, as of its last checkpoint; no number but the rate, the total and the time left ever goes back.
 * Immutable and thread-safe.
 *
 * @param total messages to read, 0 or more. Of a COMPLETED job it is what was listed, unless there was more: a job that ended at
 *     its bound, left a folder out or found less than an exact count said keeps the total it had
 * @param totalKind how far {@code total} can be trusted
 * @param listed messages the provider listed, 0 or more
 * @param published messages the sink acknowledged, 0 or more
 * @param skipped messages left out with a reason, for instance deleted in the meantime
 * @param failed messages with a failure row
 * @param apiCalls provider requests sent, retries included
 * @param retries provider requests sent again after a transient error
 * @param throttled how long requests waited because the provider throttled
 * @param emailsPerSecond the rate of the last minute in which messages were published, which goes down while none are; 0 before the
 *     first and when the job does not run
 * @param timeLeft how long the rest takes at this rate, or at the rate that the provider's quota allows in the long run, whichever
 *     is slower; null when unknown
 */
public record Progress(
        long total,
        CountKind totalKind,
        long listed,
        long published,
        long skipped,
        long failed,
        long apiCalls,
        long retries,
        Duration throttled,
        double emailsPerSecond,
        @Nullable Duration timeLeft) {
    /** Checks what must be present. */
    public Progress {
        requireNonNull(totalKind, "totalKind");
        requireNonNull(throttled, "throttled");
    }

    /** {@return messages with an outcome: published, skipped or failed} */
    public long processed() {
        return published + skipped + failed;
    }
}
