package dev.backfill.core;

import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Who runs next: priority with ageing, then fairness among users, then patience. A user's jobs that stand before a job in the
 * list count as running already, so that one user's hundred jobs do not take all the slots that are free at once; and each of them
 * takes one step of waiting away, so that they do not stay before all that others queue later until the last of them ran.
 */
final class RunnableOrder {
    private static final Comparator<JobRecord> BY_WAIT = Comparator.comparing(
                    (JobRecord job) -> job.times().queued())
            .thenComparing(job -> job.id().value());

    private RunnableOrder() {}

    static List<JobId> of(
            List<JobRecord> candidates,
            Map<UserId, Integer> running,
            Instant now,
            Duration ageStep,
            int perUser,
            int limit) {
        List<JobRecord> byUrgency = new ArrayList<>(candidates);
        byUrgency.sort(Comparator.comparingLong((JobRecord job) -> -urgency(job, now, ageStep, 1))
                .thenComparing(BY_WAIT));
        Map<UserId, Integer> ahead = new HashMap<>(running);
        List<Ranked> ranked = new ArrayList<>(byUrgency.size());
        for (JobRecord job : byUrgency) {
            int share = ahead.merge(job.account().user(), 1, Integer::sum);
            if (share <= perUser) {
                ranked.add(new Ranked(job, urgency(job, now, ageStep, share), share));
            }
        }
        ranked.sort(Comparator.comparingLong((Ranked row) -> -row.urgency())
                .thenComparingInt(Ranked::share)
                .thenComparing(Ranked::job, BY_WAIT));
        return ranked.stream().limit(limit).map(row -> row.job().id()).toList();
    }

    /**
     * Its priority and the steps it waited, which it shares with each job of its user before it: two backlogs age alike, so that whatever
     * were merely taken away from the longer wait, the first to queue would keep its lead until its last job.
     */
    private static long urgency(JobRecord job, Instant now, Duration ageStep, int share) {
        Duration waited = Duration.between(job.times().queued(), now);
        long steps = waited.isNegative() ? 0 : waited.dividedBy(ageStep);
        return job.request().priority() + steps / share;
    }

    private record Ranked(JobRecord job, long urgency, int share) {}
}
