package dev.backfill.api;

import static java.util.Objects.requireNonNull;

import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which jobs to list. Immutable and thread-safe.
 *
 * @param states the states wanted; empty for all
 * @param provider the provider wanted; null for all
 * @param account the account wanted; null for all
 * @param bulkId the start over many accounts wanted, see {@link BulkResult#id()}; null for all
 */
public record JobFilter(
        Set<JobState> states,
        @Nullable String provider,
        @Nullable String account,
        @Nullable String bulkId) {
    /** Copies the states. */
    public JobFilter {
        states = Set.copyOf(states);
    }

    /** {@return a text that hides the account} */
    @Override
    public String toString() {
        return "JobFilter[" + states + ", " + provider + "]";
    }

    /** {@return a filter that lets every job through} */
    public static JobFilter all() {
        return new JobFilter(Set.of(), null, null, null);
    }

    /**
     * Makes a filter on the jobs of one start over many accounts.
     *
     * @param id {@link BulkResult#id()}
     * @return the filter
     */
    public static JobFilter bulk(String id) {
        return new JobFilter(Set.of(), null, null, requireNonNull(id, "id"));
    }

    /**
     * Makes a filter on states.
     *
     * @param states the states wanted; none for all
     * @return the filter
     */
    public static JobFilter states(JobState... states) {
        return new JobFilter(Set.of(states), null, null, null);
    }
}
