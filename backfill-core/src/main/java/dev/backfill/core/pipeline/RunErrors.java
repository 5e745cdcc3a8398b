package dev.backfill.core.pipeline;

import dev.backfill.api.Waiting;
import dev.backfill.core.log.ErrorText;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.StoreException;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an error that ends a run makes of its job: by its kind, and for a provider that does not answer by how long that lasts.
 * Confined to the run's thread.
 */
final class RunErrors {
    private static final Logger LOG = LoggerFactory.getLogger(RunErrors.class);
    private static final Duration DEFAULT_PARKING = Duration.ofMinutes(15);
    private static final Duration LONGEST_PARKING = Duration.ofDays(1);
    private static final Duration STORE_PAUSE = Duration.ofSeconds(1);
    private static final Duration FIRST_OUTAGE_PAUSE = Duration.ofSeconds(15);
    private static final Duration LONGEST_OUTAGE_PAUSE = Duration.ofMinutes(10);

    private final Duration maxOutage;
    private @Nullable Instant silentSince;

    /**
     * @param claimed the job as its run found it
     * @param maxOutage how long a provider may be silent before the job fails
     */
    RunErrors(JobRecord claimed, Duration maxOutage) {
        this.maxOutage = maxOutage;
        Waiting waited = claimed.waiting();
        if (waited != null && waited.reason() == Waiting.Reason.PROVIDER) {
            // A job that waits for its provider was queued when the provider fell silent.
            silentSince = claimed.times().queued();
        }
    }

    /** Hears that a page was read: if the provider falls silent again, that is another outage. */
    void pageRead() {
        silentSince = null;
    }

    /** True if the provider had fallen silent before the run, which has not read a page yet. */
    boolean isSilent() {
        return silentSince != null;
    }

    RunEnd endFor(Throwable error, Instant now) {
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

    private RunEnd endFor(SourceException error, Instant now) {
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
            case RETRY, RETRY_SMALLER -> unavailable(error, now);
            case STOPPED -> new RunEnd.Requeued(null, null);
            case RESTART_PARTITION, SKIP_MESSAGE, SKIP_PARTITION, FAIL_JOB ->
                new RunEnd.Failed(error.code(), String.valueOf(error.getMessage()));
        };
    }

    /** Waits as long again as the outage has lasted, so that a short one costs little and a long one few requests. */
    private RunEnd unavailable(SourceException error, Instant now) {
        Instant since = silentSince == null || silentSince.isAfter(now) ? now : silentSince;
        Duration lasted = Duration.between(since, now);
        if (lasted.compareTo(maxOutage) >= 0) {
            return new RunEnd.Failed(
                    "SOURCE_UNAVAILABLE",
                    "The provider has answered no request for a page properly for " + lasted.toSeconds()
                            + " s, last with " + error.code() + ": " + error.getMessage()
                            + " What was published stands. Resume the job when the provider answers again.");
        }
        LOG.warn("The provider does not answer properly ({}); the job comes back later", error.code());
        Duration pause = shorter(LONGEST_OUTAGE_PAUSE, longer(FIRST_OUTAGE_PAUSE, lasted));
        return new RunEnd.Unavailable(since, now.plus(shorter(pause, maxOutage.minus(lasted))));
    }

    private static Duration shorter(Duration one, Duration other) {
        return one.compareTo(other) < 0 ? one : other;
    }

    private static Duration longer(Duration one, Duration other) {
        return one.compareTo(other) > 0 ? one : other;
    }
}
