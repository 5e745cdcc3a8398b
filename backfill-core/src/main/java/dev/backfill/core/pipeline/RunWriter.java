package dev.backfill.core.pipeline;

import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Lease;
import java.util.function.UnaryOperator;

/** Stores what a run writes, and lets others hear of it. Thread-safe: each run calls it on its own thread. */
@FunctionalInterface
public interface RunWriter {
    /**
     * Writes as {@link dev.backfill.spi.JobStore#write} does, with the same errors.
     *
     * @param lease the run's right
     * @param checkpoint partitions, pins and failure rows
     * @param change makes the new row from the stored one
     * @return the row as it is stored now
     */
    JobRecord write(Lease lease, Checkpoint checkpoint, UnaryOperator<JobRecord> change);
}
