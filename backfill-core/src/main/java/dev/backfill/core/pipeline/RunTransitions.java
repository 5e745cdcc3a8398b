package dev.backfill.core.pipeline;

import dev.backfill.spi.JobRecord;
import java.time.Instant;

/** What the end of a run makes of its job's row. Stateless, so that any thread may call it. */
@FunctionalInterface
public interface RunTransitions {
    /**
     * Gives the row after a run.
     *
     * @param row the row as it is stored, RUNNING; its wanted state may have changed meanwhile
     * @param end how the run ended
     * @param now the present time
     * @return the row to store
     */
    JobRecord after(JobRecord row, RunEnd end, Instant now);
}
