package dev.backfill.spi;

import dev.backfill.api.JobId;
import org.jspecify.annotations.Nullable;

/**
 * How the engine names what it walks to read again the single messages on which an earlier job failed. Said once for the engine, which reads
 * that job's failure rows as it goes, and for stores, which must keep them that long. Such a partition is no provider's. No state;
 * thread-safe.
 */
public final class Replays {
    private static final String ALL = "failures:";
    private static final String CHANGES = "failed-changes:";

    private Replays() {}

    /**
     * Makes the partition of all messages on which a job failed.
     *
     * @param failedJob the job
     * @return the partition
     */
    public static Partition all(JobId failedJob) {
        return Partition.window(ALL + failedJob, null, null);
    }

    /**
     * Makes the partition of those messages on which a job failed as changes.
     *
     * @param failedJob the job
     * @return the partition
     */
    public static Partition changes(JobId failedJob) {
        return Partition.window(CHANGES + failedJob, null, null);
    }

    /**
     * Says whether only changes are read again.
     *
     * @param scope the scope of a partition
     * @return true for those of {@link #changes}
     */
    public static boolean isOfChanges(String scope) {
        return scope.startsWith(CHANGES);
    }

    /**
     * Gives the job whose failure rows a partition is about.
     *
     * @param scope the partition's scope
     * @return the job; null for a partition of a provider's
     */
    public static @Nullable JobId failedJob(String scope) {
        boolean replay = scope.startsWith(ALL) || scope.startsWith(CHANGES);
        return replay ? new JobId(scope.substring(scope.indexOf(':') + 1)) : null;
    }
}
