package dev.backfill.core;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.WantedState;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The jobs that are not at their end, and what they keep from each other: one active job an account, one running job a mailbox,
 * and the limits on how many run. Guarded by the store's lock.
 */
final class ActiveJobs {
    private final Map<AccountRef, JobRecord> byAccount = new HashMap<>();
    private final Map<MailboxRef, JobId> runningByMailbox = new HashMap<>();
    private final Map<UserId, Integer> runningByUser = new HashMap<>();

    /** When a job of a user was claimed last; kept when it ends, for its user was served all the same. */
    private final Map<UserId, Instant> lastClaims = new HashMap<>();

    private record MailboxRef(String provider, String key) {
        static @Nullable MailboxRef of(JobRecord job) {
            return job.mailboxKey() == null
                    ? null
                    : new MailboxRef(job.account().provider(), job.mailboxKey());
        }
    }

    /**
     * Looks whether a row may be stored beside the others.
     *
     * @throws JobConflictException if another job is in its way
     */
    void check(JobRecord job) {
        JobRecord active = byAccount.get(job.account());
        if (job.state().isActive() && active != null && !active.id().equals(job.id())) {
            throw new JobConflictException(active.id());
        }
        JobId running = runningElsewhere(job);
        if (job.state() == JobState.RUNNING && running != null) {
            throw new JobConflictException(running);
        }
    }

    /** Adds a row that was checked; one at its end is none of these. */
    void add(JobRecord job) {
        if (job.state().isActive()) {
            byAccount.put(job.account(), job);
        }
        if (job.state() == JobState.RUNNING) {
            runningByUser.merge(job.account().user(), 1, Integer::sum);
            MailboxRef mailbox = MailboxRef.of(job);
            if (mailbox != null) {
                runningByMailbox.put(mailbox, job.id());
            }
        }
    }

    /** Removes a row as it was added. */
    void remove(JobRecord job) {
        byAccount.computeIfPresent(
                job.account(), (account, active) -> active.id().equals(job.id()) ? null : active);
        if (job.state() == JobState.RUNNING) {
            runningByUser.computeIfPresent(job.account().user(), (user, count) -> count == 1 ? null : count - 1);
            MailboxRef mailbox = MailboxRef.of(job);
            if (mailbox != null) {
                runningByMailbox.remove(mailbox, job.id());
            }
        }
    }

    /** Notes that a user was served. */
    void served(UserId user, Instant now) {
        lastClaims.merge(user, now, (before, next) -> before.isAfter(next) ? before : next);
    }

    boolean mayBeClaimed(JobRecord job, Instant now, JobLimits limits) {
        return job.state() == JobState.RUNNING
                || (mayStart(job, now)
                        && running() < limits.perCluster()
                        && runningByUser.getOrDefault(job.account().user(), 0) < limits.perUser());
    }

    /** What a claim would give, the most urgent first. */
    List<JobId> runnable(Instant now, Duration ageStep, JobLimits limits, int limit) {
        List<JobRecord> candidates =
                byAccount.values().stream().filter(job -> mayStart(job, now)).toList();
        return new RunnableOrder(runningByUser, lastClaims, now, ageStep)
                .of(candidates, limits.perUser(), Math.max(0, Math.min(limit, limits.perCluster() - running())));
    }

    /** All active jobs. */
    Collection<JobRecord> all() {
        return byAccount.values();
    }

    /** The ended jobs whose failures active ones try again. */
    Set<JobId> retried() {
        Set<JobId> retried = new HashSet<>();
        byAccount.values().stream()
                .map(JobRecord::retryOf)
                .filter(Objects::nonNull)
                .forEach(retried::add);
        return retried;
    }

    private boolean mayStart(JobRecord job, Instant now) {
        Instant notBefore = job.times().notBefore();
        return job.state() == JobState.QUEUED
                && job.wanted() == WantedState.RUN
                && (notBefore == null || !notBefore.isAfter(now))
                && runningElsewhere(job) == null;
    }

    private int running() {
        return runningByUser.values().stream().mapToInt(Integer::intValue).sum();
    }

    private @Nullable JobId runningElsewhere(JobRecord job) {
        MailboxRef mailbox = MailboxRef.of(job);
        JobId running = mailbox == null ? null : runningByMailbox.get(mailbox);
        return job.id().equals(running) ? null : running;
    }
}
