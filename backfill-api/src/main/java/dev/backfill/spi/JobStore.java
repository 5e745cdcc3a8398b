package dev.backfill.spi;

import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Summary;
import dev.backfill.api.UserId;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The truth about jobs: what they are, how far they are, who runs them. Thread-safe; methods may block for the database, and
 * throw {@link StoreException} when it cannot be reached or fails, in which case nothing, or in doubt all, of a write is
 * stored.
 *
 * <p>Each method is one atomic write or one consistent read. A function handed in is called once a try, with the stored row
 * locked; it must be quick, must not call the store, and returns what to store (the row itself for no change). The store
 * keeps these rules, whatever a function returns: a job's epoch never goes back; at most one active job an account (user,
 * provider and account together); at most one RUNNING job a mailbox (provider and mailbox key together). Once a fenced write is refused with {@link StaleLeaseException} nothing of it is stored.
 */
public interface JobStore extends AutoCloseable {
    /**
     * Stores a new job.
     *
     * @param job the job, with epoch 0
     * @throws JobConflictException if its account has an active job; it names that job
     */
    void insert(JobRecord job);

    /**
     * Stores many new jobs, each as {@link #insert} would, in few transactions. What was stored when an error comes stays.
     *
     * @param jobs the jobs, with epoch 0
     * @return those that were refused, with the active job that holds their account
     */
    Map<JobId, JobConflictException> insertAll(List<JobRecord> jobs);

    /**
     * Finds a job.
     *
     * @param id the job
     * @return the job, or empty
     */
    Optional<JobRecord> find(JobId id);

    /**
     * Changes a job, whoever owns it. For commands and the queue; a run writes through {@link #write}.
     *
     * @param id the job
     * @param change makes the new row from the stored one; what it throws is thrown on, and nothing is stored
     * @return the row as it is stored now
     * @throws dev.backfill.api.JobNotFoundException if there is no such job
     * @throws JobConflictException if the job became active and its account has another active job
     */
    JobRecord update(JobId id, UnaryOperator<JobRecord> change);

    /**
     * Takes the right to run a job: adds 1 to its epoch and makes it RUNNING under the new owner.
     *
     * <p>A QUEUED job is given if it is wanted to run, its time has come, no other job is RUNNING on its mailbox, and the
     * limits leave room. A RUNNING job is always given: its owner is gone, whatever is wanted of the job by now, and the new
     * owner settles that. Jobs in other states are not given.
     *
     * @param id the job
     * @param owner the instance's name, 1 to 128 characters
     * @param now the present time
     * @param limits how many jobs may be RUNNING; kept exactly, however many instances claim at once
     * @return the lease; empty if the job is not to run
     */
    Optional<Lease> claim(JobId id, String owner, Instant now, JobLimits limits);

    /**
     * Writes a run's progress, fenced by its lease: all of it or nothing.
     *
     * @param lease the run's right
     * @param checkpoint partitions, pins and failure rows
     * @param change makes the new row from the stored one; the wanted state of the stored row must be kept
     * @return the row as it is stored now; its wanted state is how the run learns of commands
     * @throws StaleLeaseException if another claim was made since, or the job is no longer RUNNING or no longer there
     * @throws JobConflictException if the row names a mailbox on which another job is RUNNING; it names that
     *     job, and nothing is stored
     */
    JobRecord write(Lease lease, Checkpoint checkpoint, UnaryOperator<JobRecord> change);

    /**
     * Gives the stored plan.
     *
     * @param id the job
     * @return its partitions by ordinal; empty before it is planned
     */
    List<PartitionRecord> partitions(JobId id);

    /**
     * Gives the pins taken by a job.
     *
     * @param id the job
     * @return the token of each scope
     */
    Map<String, String> pins(JobId id);

    /**
     * Gives failure rows in the order of their numbers.
     *
     * @param id the job
     * @param after the number before the first row wanted, 0 for the first
     * @param limit the most rows, 1 or more
     * @return the rows
     */
    List<FailureRecord> failures(JobId id, long after, int limit);

    /**
     * Counts a job's failure rows; their numbers run from 1 to this.
     *
     * @param id the job
     * @return how many there are; 0 for an unknown job
     */
    long failureCount(JobId id);

    /**
     * Lists jobs, newest first (created, then id).
     *
     * @param user whose jobs; null for all users'
     * @param filter which jobs
     * @param page which part of the list
     * @return one page
     * @throws dev.backfill.api.InvalidRequestException if the cursor is none of this store's
     */
    Page<JobRecord> list(@Nullable UserId user, JobFilter filter, PageRequest page);

    /**
     * Counts jobs and their messages.
     *
     * @param user whose jobs; null for all users'
     * @param filter which jobs
     * @return the counts
     */
    Summary summary(@Nullable UserId user, JobFilter filter);

    /**
     * Finds QUEUED jobs that a claim would give. Among the jobs of a user the most urgent is first: by priority plus one for each
     * whole {@code ageStep} waited since queued, then the longest queued. Among users the same goes for the first job of each, but
     * what it waited counts from the last claim of a job of the user on; their other jobs gained nothing, and none
     * is later than those of its user behind it. Then by the fewest running jobs of the user, whose jobs further up the list count as
     * running, then by the longest wait so counted.
     *
     * @param now the present time
     * @param ageStep how long a job waits to gain one step of priority
     * @param limits how many jobs may be RUNNING; jobs of the answer count as running, so that all of it may be claimed
     * @param limit the most jobs, 1 or more
     * @return their ids
     */
    List<JobId> runnable(Instant now, Duration ageStep, JobLimits limits, int limit);

    /**
     * Gives the wanted state and the epoch of jobs.
     *
     * @param ids the jobs; unknown ones are left out of the answer
     * @return what is wanted of each
     */
    Map<JobId, Wanted> wanted(Collection<JobId> ids);

    /**
     * What is wanted of a job, and who may run it. Immutable.
     *
     * @param state what the user wants
     * @param epoch the job's present epoch
     */
    record Wanted(WantedState state, long epoch) {}

    /**
     * Forgets old jobs with all that hangs on them: those that ended before a time, and those beyond a number of ended jobs,
     * oldest end first. Of each account the jobs with pins from which a later incremental one may begin stay, as
     * {@link Baselines#needed} picks them, and those where it may go on, as {@link Baselines#unfinished} does; so does a job whose failures
     * an active one tries again, and each that an open partition of an active one or of such an unfinished one names
     * ({@link Replays#failedJob}).
     *
     * @param endedBefore jobs that ended before this are forgotten
     * @param keep the most ended jobs kept, over all users, 0 or more
     * @param limit the most jobs forgotten by this call, 1 or more, so that no call takes long
     * @return how many were forgotten; {@code limit} means that there may be more
     */
    int forget(Instant endedBefore, int keep, int limit);

    /** Frees what the store holds. Closing twice does nothing. A store made by the host is closed by the host. */
    @Override
    void close();
}
