package dev.backfill.api;

import java.util.EnumMap;
import java.util.Map;

/**
 * Counts over many jobs. Immutable and thread-safe.
 *
 * @param jobs jobs a state; every state is a key
 * @param published messages acknowledged by the sink, over all these jobs
 * @param skipped messages left out with a reason
 * @param failed messages with a failure row
 */
public record Summary(Map<JobState, Long> jobs, long published, long skipped, long failed) {
    /** Fills in the states that have no job. */
    public Summary {
        EnumMap<JobState, Long> all = new EnumMap<>(JobState.class);
        for (JobState state : JobState.values()) {
            all.put(state, jobs.getOrDefault(state, 0L));
        }
        jobs = Map.copyOf(all);
    }
}
