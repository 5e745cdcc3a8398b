package dev.backfill.benchmarks;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.BulkResult;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.BackfillBuilder;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Runs jobs of one user to their ends. Stateless. */
final class JobRuns {
    private static final UserId USER = UserId.of("bench");
    private static final long POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(5);
    private static final long RARE_POLL_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

    private JobRuns() {}

    /** An engine's builder that finds nothing by itself and reads no environment. */
    static BackfillBuilder builder() {
        return Backfill.builder()
                .autoDiscovery(false)
                .environment(variable -> null)
                .accessTokens(account -> () -> "token");
    }

    /** A request for all mail of an account, with the highest rate limit there is: the bound where a page costs next to nothing. */
    static BackfillRequest.Builder request(String provider, String account) {
        return BackfillRequest.builder(provider, account).rateLimit(BackfillRequest.MAX_RATE_LIMIT);
    }

    /**
     * Starts jobs and waits for their ends, up to 20 ms longer than they take: to look each few milliseconds was a twentieth of
     * what is measured.
     *
     * @param engine runs them
     * @param requests what to start
     * @return the jobs as they ended, all of them COMPLETED
     * @throws IllegalStateException if a job ended otherwise
     */
    static List<BackfillJob> toTheirEnds(BackfillManager engine, List<BackfillRequest> requests) {
        return toTheirEnds(engine, requests, () -> {}, RARE_POLL_NANOS);
    }

    /**
     * Starts a job for each account, all in one call, and waits for their ends.
     *
     * @param engine runs them
     * @param accounts whose mailboxes are read
     * @param request what to read of each
     * @return the jobs as they ended, all of them COMPLETED
     * @throws IllegalStateException if a job was refused, or ended otherwise
     */
    static List<BackfillJob> allToTheirEnds(BackfillManager engine, List<String> accounts, BackfillRequest request) {
        UserJobs jobs = engine.forUser(USER);
        BulkResult started = jobs.startAll(accounts, request);
        if (!started.rejected().isEmpty()) {
            throw new IllegalStateException("not started: " + started.rejected());
        }
        return toTheirEnds(jobs, started.accepted(), () -> {}, RARE_POLL_NANOS);
    }

    /**
     * Starts jobs and waits for their ends.
     *
     * @param engine runs them
     * @param requests what to start
     * @param whileRunning called every few milliseconds
     * @return the jobs as they ended, all of them COMPLETED
     * @throws IllegalStateException if a job ended otherwise
     */
    static List<BackfillJob> toTheirEnds(
            BackfillManager engine, List<BackfillRequest> requests, Runnable whileRunning) {
        return toTheirEnds(engine, requests, whileRunning, POLL_NANOS);
    }

    private static List<BackfillJob> toTheirEnds(
            BackfillManager engine, List<BackfillRequest> requests, Runnable whileRunning, long pollNanos) {
        UserJobs jobs = engine.forUser(USER);
        List<JobId> ids = new ArrayList<>();
        for (BackfillRequest request : requests) {
            ids.add(jobs.start(request).id());
        }
        return toTheirEnds(jobs, ids, whileRunning, pollNanos);
    }

    private static List<BackfillJob> toTheirEnds(
            UserJobs jobs, List<JobId> ids, Runnable whileRunning, long pollNanos) {
        List<BackfillJob> ended = new ArrayList<>();
        for (JobId id : ids) {
            BackfillJob job = jobs.status(id);
            while (!job.state().isTerminal()) {
                whileRunning.run();
                LockSupport.parkNanos(pollNanos);
                job = jobs.status(id);
            }
            if (job.state() != JobState.COMPLETED) {
                throw new IllegalStateException(
                        "a job ended " + job.state() + ": " + job.failureCode() + ", " + job.failureMessage());
            }
            ended.add(job);
        }
        return ended;
    }
}
