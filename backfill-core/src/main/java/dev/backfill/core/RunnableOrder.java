package dev.backfill.core;

import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobRecord;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/**
 * Who runs next. Among the jobs of a user: priority, to which each whole step of waiting adds one, then patience. Among users: the
 * same of the first job of each, but what it waited counts from its user's last claim on, for who was served since did not wait; then
 * who has fewer jobs running, then who waited longest. So ten thousand jobs that were queued at once gain nothing by it on others'.
 * A user's jobs that stand before a job in the list count as running already, so that they do not take all the slots that are
 * free at once; and a job is no later than the jobs of its user behind it.
 */
final class RunnableOrder {
    private static final Comparator<JobRecord> BY_WAIT = Comparator.comparing(
                    (JobRecord job) -> job.times().queued())
            .thenComparing(job -> job.id().value());

    private static final Comparator<Ranked> BY_TURN = Comparator.comparingLong((Ranked row) -> -row.urgency())
            .thenComparingInt(Ranked::share)
            .thenComparing(Ranked::since)
            .thenComparing(Ranked::job, BY_WAIT);

    private final Map<UserId, Integer> running;
    private final Map<UserId, Instant> lastClaims;
    private final Instant now;
    private final Duration ageStep;

    /**
     * @param running how many jobs of a user run
     * @param lastClaims when a job of a user was claimed last
     * @param now the present
     * @param ageStep how long a job waits for one more priority
     */
    RunnableOrder(Map<UserId, Integer> running, Map<UserId, Instant> lastClaims, Instant now, Duration ageStep) {
        this.running = running;
        this.lastClaims = lastClaims;
        this.now = now;
        this.ageStep = ageStep;
    }

    /** The first of those that may run, at most so many, and of a user no more than may run at once. */
    List<JobId> of(List<JobRecord> candidates, int perUser, int limit) {
        Map<UserId, List<JobRecord>> byUser = candidates.stream()
                .collect(Collectors.groupingBy(job -> job.account().user()));
        return byUser.entrySet().stream()
                .flatMap(entry -> ranked(entry.getKey(), entry.getValue()).stream())
                .filter(row -> row.share() <= perUser)
                .sorted(BY_TURN)
                .limit(limit)
                .map(row -> row.job().id())
                .toList();
    }

    private List<Ranked> ranked(UserId user, List<JobRecord> jobs) {
        List<JobRecord> inTurn = jobs.stream()
                .sorted(Comparator.comparingLong((JobRecord job) ->
                                -job.request().priority() - steps(job.times().queued()))
                        .thenComparing(BY_WAIT))
                .toList();
        Instant served = lastClaims.get(user);
        List<Ranked> ranked = new ArrayList<>(jobs.size());
        long urgency = Long.MIN_VALUE;
        for (int turn = inTurn.size() - 1; turn >= 0; turn--) {
            JobRecord job = inTurn.get(turn);
            Instant queued = job.times().queued();
            Instant since = served != null && served.isAfter(queued) ? served : queued;
            urgency = Math.max(urgency, job.request().priority() + (turn == 0 ? steps(since) : 0));
            ranked.add(new Ranked(job, urgency, running.getOrDefault(user, 0) + turn + 1, since));
        }
        return ranked;
    }

    private long steps(Instant since) {
        Duration waited = Duration.between(since, now);
        return waited.isNegative() ? 0 : waited.dividedBy(ageStep);
    }

    private record Ranked(JobRecord job, long urgency, int share, Instant since) {}
}
