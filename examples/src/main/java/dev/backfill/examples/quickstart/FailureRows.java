package dev.backfill.examples.quickstart;

import dev.backfill.api.JobFailure;
import dev.backfill.api.JobId;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserJobs;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What a job says of the messages it could not publish, read page by page to the last row. Immutable.
 *
 * @param byReason how many rows have the same stage and reason, in alphabetical order
 * @param reasonOf the stage and reason by message id; rows that name no message are in {@code byReason} alone
 */
record FailureRows(Map<String, Integer> byReason, Map<String, String> reasonOf) {
    /** Reads all rows of a job. */
    static FailureRows of(UserJobs jobs, JobId job) {
        Map<String, Integer> byReason = new TreeMap<>();
        Map<String, String> reasonOf = new HashMap<>();
        @Nullable String cursor = null;
        do {
            Page<JobFailure> page = jobs.failures(job, new PageRequest(PageRequest.MAX_LIMIT, cursor));
            for (JobFailure failure : page.items()) {
                String reason = failure.stage() + " " + failure.reason();
                byReason.merge(reason, 1, Integer::sum);
                if (failure.messageId() != null) {
                    reasonOf.put(failure.messageId(), reason);
                }
            }
            cursor = page.nextCursor();
        } while (cursor != null);
        return new FailureRows(byReason, reasonOf);
    }
}
