package dev.backfill.core.pipeline;

import dev.backfill.spi.JobRecord;
import java.time.Instant;
import java.util.Map;

/**
 * The job from whose marks an incremental job starts: the account's last one that was completed whole over the same folders
 * of the same mailbox. Immutable.
 *
 * @param job the job
 * @param pins where its changes end, a scope each
 */
record Baseline(JobRecord job, Map<String, String> pins) {
    /** A time before the marks were taken. */
    Instant before() {
        Instant started = job.times().started();
        return started == null ? job.times().created() : started;
    }
}
