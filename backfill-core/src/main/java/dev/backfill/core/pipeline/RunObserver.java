package dev.backfill.core.pipeline;

import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.JobRecord;
import java.util.List;

/** Hears how a run goes; called on the run's thread, must return at once and must not throw. */
@FunctionalInterface
public interface RunObserver {
    /**
     * A checkpoint was written.
     *
     * @param row the job as it is stored now
     * @param failures the failure rows that the checkpoint added
     */
    void checkpointed(JobRecord row, List<FailureRecord> failures);
}
