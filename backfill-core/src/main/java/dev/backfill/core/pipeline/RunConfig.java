package dev.backfill.core.pipeline;

import static java.util.Objects.requireNonNull;

import java.time.Duration;

/**
 * How a run behaves. Immutable and thread-safe.
 *
 * @param partitionsAtOnce the most partitions of one job walked at the same time, 1 or more; fewer while the machine is busy
 * @param pagesAhead the most pages of one partition whose messages are not all acknowledged, 1 or more; with the page size it
 *     bounds what a crash publishes twice; one while the machine is busy
 * @param maxPageBytes the most bytes of messages one page may hold, 1 or more
 * @param breakerInARow how many failures without a success between them end the job, 1 or more
 * @param breakerShare the share of failed messages that ends the job, over 0 and at most 1
 * @param breakerMinimum how many messages of one run must have failed before the share counts, 1 or more
 * @param jobTimeout how long a job may work, without queued, parked, paused and throttled time
 * @param stopGrace how long a stopping run waits for acknowledgements
 * @param publishRetryFirst the first pause before a message is handed to the sink again
 * @param publishRetryMax the longest such pause
 * @param attachmentMaxBytes the largest attachment whose content is published, 0 or more
 * @param catchUpInterval how often changes are read while a mailbox is still being walked, 1 ms or more
 * @param maxOutage how long a provider may answer no request properly before a job that waits for it fails, 0 or more
 * @param walks how often a partition is walked before a count that falls short, each time alike, fails the job, 1 or more
 */
public record RunConfig(
        int partitionsAtOnce,
        int pagesAhead,
        long maxPageBytes,
        int breakerInARow,
        double breakerShare,
        long breakerMinimum,
        Duration jobTimeout,
        Duration stopGrace,
        Duration publishRetryFirst,
        Duration publishRetryMax,
        long attachmentMaxBytes,
        Duration catchUpInterval,
        Duration maxOutage,
        int walks) {
    /** Checks what must be present. */
    public RunConfig {
        requireNonNull(jobTimeout, "jobTimeout");
        requireNonNull(stopGrace, "stopGrace");
        requireNonNull(publishRetryFirst, "publishRetryFirst");
        requireNonNull(publishRetryMax, "publishRetryMax");
        requireNonNull(catchUpInterval, "catchUpInterval");
        requireNonNull(maxOutage, "maxOutage");
        if (partitionsAtOnce < 1 || pagesAhead < 1 || maxPageBytes < 1 || breakerInARow < 1 || walks < 1) {
            throw new IllegalArgumentException("a run's numbers must be 1 or more");
        }
    }
}
