package dev.backfill.spi;

import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Schedule;
import dev.backfill.api.ScheduleId;
import dev.backfill.api.UserId;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The truth about recurring backfills. It lies in one database with the {@link JobStore}, so that a due schedule and the job it
 * starts are one write. Thread-safe; methods may block for the database, and throw {@link StoreException} as those of the job
 * store do.
 */
public interface ScheduleStore {
    /**
     * Says when a schedule is due.
     *
     * @param schedule the schedule
     * @param after the time it is due after; for a fixed delay the end of the run before
     * @return the first time after it at which the schedule is due
     * @throws dev.backfill.api.InvalidRequestException if the cron expression cannot be read, or is never due
     */
    Instant next(Schedule schedule, Instant after);

    /**
     * Stores a new schedule.
     *
     * @param schedule the schedule
     */
    void insert(ScheduleRecord schedule);

    /**
     * Finds a schedule.
     *
     * @param id the schedule
     * @return it, or empty
     */
    Optional<ScheduleRecord> find(ScheduleId id);

    /**
     * Lists schedules, newest first (created, then id).
     *
     * @param user whose; null for all users'
     * @param page which part of the list
     * @return one page
     * @throws dev.backfill.api.InvalidRequestException if the cursor is none of this store's
     */
    Page<ScheduleRecord> list(@Nullable UserId user, PageRequest page);

    /**
     * Changes a schedule under a lock on its row, as {@link JobStore#update} does.
     *
     * @param id the schedule
     * @param change makes the new row from the stored one
     * @return the row as it is stored now; empty if there is none
     */
    Optional<ScheduleRecord> update(ScheduleId id, UnaryOperator<ScheduleRecord> change);

    /**
     * Removes a schedule; jobs it started go on.
     *
     * @param id the schedule
     * @return false if there was none
     */
    boolean delete(ScheduleId id);

    /**
     * Finds schedules that are due and not paused, the longest due first.
     *
     * @param now the present time
     * @param limit the most, 1 or more
     * @return the schedules
     */
    List<ScheduleRecord> due(Instant now, int limit);

    /**
     * Starts the job of a due schedule, in one transaction: stores the job and moves the schedule on, unless somebody else did
     * so first.
     *
     * @param seen the schedule as {@link #due} gave it
     * @param job the new job, with epoch 0
     * @param next when the schedule is due next
     * @return true if the job was stored; false if the schedule has moved, was paused or removed since, so that nothing is
     *     stored
     * @throws dev.backfill.api.JobConflictException if the account has an active job, so that nothing is stored
     */
    boolean fire(ScheduleRecord seen, JobRecord job, Instant next);
}
