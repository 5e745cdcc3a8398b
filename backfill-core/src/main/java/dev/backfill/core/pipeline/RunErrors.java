package dev.backfill.core.pipeline;

import dev.backfill.api.Waiting;
import dev.backfill.core.log.ErrorText;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.StoreException;
import java.time.Duration;
import java.time.Instant;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What an error that ends a run makes of its job: by its kind, and nothing else. Stateless. */
final class RunErrors {
    private static final Logger LOG = LoggerFactory.getLogger(RunErrors.class);
    private static final Duration DEFAULT_PARKING = Duration.ofMinutes(15);
    private static final Duration LONGEST_PARKING = Duration.ofDays(1);
    private static final Duration STORE_PAUSE = Duration.ofSeconds(1);

    private RunErrors() {}

    static RunEnd endFor(Throwable error, Instant now) {
        if (error instanceof SourceException source) {
            return endFor(source, now);
        }
        if (error instanceof InterruptedException) {
            return new RunEnd.Requeued(null, null);
        }
        if (error instanceof StoreException down) {
            LOG.warn("The job goes on when the store answers again: {}", ErrorText.brief(down));
            return new RunEnd.Requeued(now.plus(STORE_PAUSE), null);
        }
        // Nobody sorted this one out: a defect of a plug-in or of ours, so the stack belongs in the log.
        LOG.error("A run failed with an error that no plug-in classified: {}", ErrorText.withStack(error));
        return new RunEnd.Failed(
                "UNMAPPED",
                "An error nobody expected: " + error.getClass().getName() + ". See the log; resume when it is mended.");
    }

    /** A time that is past tells nothing, one that is very far is asked for again meanwhile. */
    private static Instant parkedUntil(SourceException error, Instant now) {
        Instant until = error.retryAt().filter(now::isBefore).orElse(now.plus(DEFAULT_PARKING));
        Instant latest = now.plus(LONGEST_PARKING);
        return until.isAfter(latest) ? latest : until;
    }

    private static RunEnd endFor(SourceException error, Instant now) {
        return switch (error.kind()) {
            case AUTH ->
                new RunEnd.Failed(
                        "AUTHENTICATION",
                        "The account's token was refused (" + error.code()
                                + "). Renew the user's consent, then resume.");
            case PARKED, THROTTLED -> {
                Instant until = parkedUntil(error, now);
                yield new RunEnd.Requeued(until, new Waiting(Waiting.Reason.PARKED, until));
            }
            case RETRY, RETRY_SMALLER ->
                new RunEnd.Failed(
                        "SOURCE_UNAVAILABLE",
                        "The provider did not answer properly after all retries (" + error.code() + "): "
                                + error.getMessage() + " Resume later.");
            case STOPPED -> new RunEnd.Requeued(null, null);
            case RESTART_PARTITION, SKIP_MESSAGE, SKIP_PARTITION, FAIL_JOB ->
                new RunEnd.Failed(error.code(), String.valueOf(error.getMessage()));
        };
    }
}
