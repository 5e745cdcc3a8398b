package dev.backfill.api;

import dev.backfill.model.MailFolder;
import java.util.List;

/**
 * The jobs of one user: the only way to start, see or command them. Anybody else's job is not found. Thread-safe.
 *
 * <p>Every method but {@link #user()} throws {@link BackfillException} with code {@code CLOSED} once the manager is closed, and
 * with code {@code STORE} when the store does not answer; a list refuses a cursor that is none of its own with
 * {@link InvalidRequestException}.
 */
public interface UserJobs {
    /** {@return whose jobs these are} */
    UserId user();

    /**
     * Queues a job. Returns as soon as the job is stored; it runs when a slot is free.
     *
     * @param request what to read
     * @return the queued job
     * @throws InvalidRequestException if a field is out of range or the mode is not offered
     * @throws ProviderNotFoundException if no such provider is registered; it names the artifact to add
     * @throws JobConflictException if the account already has an active job; it names that job
     */
    BackfillJob start(BackfillRequest request);

    /**
     * Queues one job an account, with the same request otherwise. One account's conflict leaves the others alone. A store that fails
     * in the middle is an exception, and what was queued by then stays queued: the same call, given again, queues the rest under
     * another name and refuses the others with the jobs that they have.
     *
     * @param accounts the accounts, 1 to 100,000
     * @param request what to read of each; its own account is not used
     * @return the jobs made and the accounts refused
     * @throws InvalidRequestException if there is no account or too many
     * @throws ProviderNotFoundException if no such provider is registered
     */
    BulkResult startAll(List<String> accounts, BackfillRequest request);

    /**
     * Says what a job would read and cost, the contents that the request includes among it: these by a sample of the mail, so that the
     * number of messages is nearer to the truth than that of the requests. Of a job of {@link Mode#INCREMENTAL} it says what one of
     * everything would take, which is an upper bound.
     *
     * <p>Asks the provider and blocks meanwhile, at most a minute; a request under way is
     * then interrupted. The requests count to the mailbox's quotas and wait for them as its jobs' do, before which they are sent.
     *
     * @param request what would be read
     * @return the estimate
     * @throws ProviderNotFoundException if no such provider is registered
     * @throws MailboxAccessException if the provider refuses or has the mailbox wait for long, or with code {@code TIMEOUT} if there was no answer in a
     *     minute
     */
    Estimate estimate(BackfillRequest request);

    /**
     * Lists the folders of an account. Asks the provider and blocks meanwhile, at most a minute; a request under way is then
     * interrupted. The requests count to the mailbox's quotas and wait for them as its jobs' do, before which they are sent.
     *
     * @param provider the provider's id
     * @param account the account
     * @return the folders, parents before children
     * @throws ProviderNotFoundException if no such provider is registered
     * @throws MailboxAccessException if the provider refuses or has the mailbox wait for long, or with code {@code TIMEOUT} if there was no answer in a
     *     minute
     */
    List<MailFolder> folders(String provider, String account);

    /**
     * Gives a job as it stands now.
     *
     * @param id the job
     * @return the job
     * @throws JobNotFoundException if this user has no such job
     */
    BackfillJob status(JobId id);

    /**
     * Lists jobs, newest first.
     *
     * @param filter which jobs
     * @param page which part of the list
     * @return one page
     */
    Page<BackfillJob> list(JobFilter filter, PageRequest page);

    /**
     * Counts jobs and their messages.
     *
     * @param filter which jobs, for instance those of {@link JobFilter#bulk one start}
     * @return the counts
     */
    Summary summary(JobFilter filter);

    /** {@return counts over all jobs of this user} */
    default Summary summary() {
        return summary(JobFilter.all());
    }

    /**
     * Stops a queued or running job until it is resumed. Returns as soon as the store has the wish, which waits for a write of
     * the same job that is under way on this instance, and for no other job; takes effect within two seconds of that.
     *
     * @param id the job
     * @return the job, PAUSED or about to be; a job already paused is given back as it is
     * @throws JobNotFoundException if this user has no such job
     * @throws JobStateException if the job has ended, or is being cancelled: the state it names is then still RUNNING
     */
    BackfillJob pause(JobId id);

    /**
     * Queues a paused or failed job again; it goes on from its checkpoint.
     *
     * @param id the job
     * @return the job, QUEUED; a job already queued or running is given back as it is
     * @throws JobNotFoundException if this user has no such job
     * @throws JobStateException if the job is completed or cancelled, or is being cancelled: the state it names is then still
     *     RUNNING
     * @throws JobConflictException if the account has another active job by now
     */
    BackfillJob resume(JobId id);

    /**
     * Stops a job for good. Returns and takes effect as {@link #pause} does. What was published stays published.
     *
     * @param id the job
     * @return the job, CANCELLED or about to be; a job already cancelled is given back as it is
     * @throws JobNotFoundException if this user has no such job
     * @throws JobStateException if the job is completed or failed
     */
    BackfillJob cancel(JobId id);

    /**
     * Lists the failure rows of a job in the order they came.
     *
     * @param id the job
     * @param page which part of the list
     * @return one page
     * @throws JobNotFoundException if this user has no such job
     */
    Page<JobFailure> failures(JobId id, PageRequest page);

    /**
     * Queues a new job that reads nothing but the failures of an ended one.
     *
     * @param id the ended job
     * @return the new job; its {@link BackfillJob#retryOf()} names the old one
     * @throws JobNotFoundException if this user has no such job
     * @throws JobStateException if the job has not ended, or has no failures
     * @throws JobConflictException if the account has an active job
     * @throws ProviderNotFoundException if the job's provider is no longer registered
     */
    BackfillJob retryFailures(JobId id);

    /**
     * Stores a recurring backfill. Its runs are jobs like others, each started when the schedule is due; a run that was missed
     * is caught up once, and none is started while the account has an active job.
     *
     * @param request what each run is asked for; usually {@link Mode#INCREMENTAL}
     * @param schedule when it runs
     * @return the schedule
     * @throws InvalidRequestException if a field is out of range, or the cron expression cannot be read
     * @throws ProviderNotFoundException if no such provider is registered
     * @throws BackfillException with code {@code NO_SCHEDULES} if the engine has no store that outlives the process
     */
    RecurringBackfill schedule(BackfillRequest request, Schedule schedule);

    /**
     * Lists recurring backfills, newest first.
     *
     * @param page which part of the list
     * @return one page
     * @throws BackfillException with code {@code NO_SCHEDULES}, as {@link #schedule} does
     */
    Page<RecurringBackfill> schedules(PageRequest page);

    /**
     * Lets a recurring backfill start nothing until it is resumed. A run under way goes on.
     *
     * @param id the schedule
     * @return the schedule, paused
     * @throws ScheduleNotFoundException if this user has no such schedule
     */
    RecurringBackfill pauseSchedule(ScheduleId id);

    /**
     * Lets a paused recurring backfill start runs again; what fell into the pause is caught up once.
     *
     * @param id the schedule
     * @return the schedule, not paused
     * @throws ScheduleNotFoundException if this user has no such schedule
     */
    RecurringBackfill resumeSchedule(ScheduleId id);

    /**
     * Removes a recurring backfill. A run under way goes on.
     *
     * @param id the schedule
     * @throws ScheduleNotFoundException if this user has no such schedule
     */
    void removeSchedule(ScheduleId id);
}
