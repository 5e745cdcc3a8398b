package dev.backfill.core.job;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.RecurringBackfill;
import dev.backfill.api.Schedule;
import dev.backfill.api.ScheduleId;
import dev.backfill.api.ScheduleNotFoundException;
import dev.backfill.api.UserId;
import dev.backfill.core.log.ErrorText;
import dev.backfill.core.pipeline.RunScope;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.ScheduleRecord;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.spi.StoreException;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Recurring backfills. Every instance looks for those that are due; the store lets one of them start the job. Thread-safe.
 *
 * <p>A schedule that was due several times while nobody looked starts one job. With a fixed delay the next run is due that long
 * after the end of the last one, so while that runs the schedule only moves on.
 */
final class Recurring {
    private static final Logger LOG = LoggerFactory.getLogger(Recurring.class);
    private static final int STARTS_A_SWEEP = 100;

    /** When a schedule that could not be started is due again; until then it stands before no other. */
    private static final Duration AFTER_TROUBLE = Duration.ofMinutes(5);

    private final @Nullable ScheduleStore store;
    private final RunScope scope;
    private final JobViews views;
    private final JobListeners listeners;

    Recurring(@Nullable ScheduleStore store, RunScope scope, JobViews views, JobListeners listeners) {
        this.store = store;
        this.scope = scope;
        this.views = views;
        this.listeners = listeners;
    }

    RecurringBackfill add(UserId user, BackfillRequest request, Schedule schedule) {
        ScheduleStore kept = required();
        Instant now = scope.time().instant();
        ScheduleRecord row = new ScheduleRecord(
                new ScheduleId(
                        "schedule_" + HexFormat.of().toHexDigits(scope.random().nextLong())),
                new AccountRef(user, request.provider(), request.account()),
                request,
                schedule,
                false,
                now,
                kept.next(schedule, now),
                null,
                null);
        kept.insert(row);
        return view(row);
    }

    Page<RecurringBackfill> list(UserId user, PageRequest page) {
        return required().list(user, page).map(Recurring::view);
    }

    RecurringBackfill pause(UserId user, ScheduleId id, boolean paused) {
        requireOwn(user, id);
        return required()
                .update(id, row -> row.paused(paused))
                .map(Recurring::view)
                .orElseThrow(() -> new ScheduleNotFoundException(id));
    }

    void remove(UserId user, ScheduleId id) {
        requireOwn(user, id);
        required().delete(id);
    }

    private void requireOwn(UserId user, ScheduleId id) {
        Optional<ScheduleRecord> found = required().find(id);
        if (found.isEmpty() || !found.get().account().user().equals(user)) {
            throw new ScheduleNotFoundException(id);
        }
    }

    private ScheduleStore required() {
        if (store == null) {
            throw new BackfillException(
                    "NO_SCHEDULES",
                    "Recurring backfills need a store that outlives the process. Add backfill-store-jdbc and hand its store to"
                            + " Backfill.builder().store(..).");
        }
        return store;
    }

    /** Starts what is due. Called by each sweep. */
    void startDue() {
        if (store != null) {
            Instant now = scope.time().instant();
            for (ScheduleRecord due : store.due(now, STARTS_A_SWEEP)) {
                startSafely(store, due, now);
            }
        }
    }

    /** One schedule that cannot be started must not keep the others from it, in this sweep or the next. */
    private void startSafely(ScheduleStore kept, ScheduleRecord due, Instant now) {
        unlessDown(due, () -> {
            if (!unlessDown(due, () -> start(kept, due, now))) {
                move(kept, due, due.dueAt(now.plus(AFTER_TROUBLE)));
            }
        });
    }

    /**
     * Does something with a schedule, and says if that went well.
     *
     * @throws StoreException if the store is down, and so for all of them
     */
    private static boolean unlessDown(ScheduleRecord due, Runnable work) {
        try {
            work.run();
            return true;
        } catch (StoreException failed) {
            if (!failed.isRefused()) {
                throw failed;
            }
            LOG.error(
                    "Schedule {} is refused by the store, and tried again later: {}",
                    due.id(),
                    ErrorText.withStack(failed));
        } catch (RuntimeException broken) {
            LOG.error(
                    "Schedule {} cannot be started, and is tried again later: {}",
                    due.id(),
                    ErrorText.withStack(broken));
        }
        return false;
    }

    private void start(ScheduleStore kept, ScheduleRecord due, Instant now) {
        Instant next = kept.next(due.schedule(), now);
        Optional<JobRecord> last =
                due.lastJob() == null ? Optional.empty() : scope.store().find(due.lastJob());
        if (due.schedule() instanceof Schedule.FixedDelay && last.isPresent()) {
            Instant ended = last.get().times().ended();
            Instant afterLast = ended == null ? next : kept.next(due.schedule(), ended);
            if (afterLast.isAfter(now)) {
                move(kept, due, due.dueAt(afterLast));
                return;
            }
        }
        JobId id = JobId.create(due.account().user(), now, scope.random());
        JobRecord job = JobRecord.queued(id, due.account(), due.request(), now, null);
        try {
            boolean fired = listeners.inOrder(id, () -> {
                boolean stored = kept.fire(due, job, next);
                if (stored) {
                    listeners.tell(new JobEvent.StateChanged(views.of(job), JobState.QUEUED));
                }
                return stored;
            });
            if (fired) {
                LOG.info("Schedule {} started job {}", due.id(), id);
            }
        } catch (JobConflictException busy) {
            LOG.info("Schedule {} starts nothing: job {} is active", due.id(), busy.activeJob());
            move(kept, due, due.skipped(now, next));
        }
    }

    /** Moves a schedule on unless somebody else did so, or its user changed it. */
    private static void move(ScheduleStore kept, ScheduleRecord seen, ScheduleRecord moved) {
        kept.update(seen.id(), stored -> stored.equals(seen) ? moved : stored);
    }

    private static RecurringBackfill view(ScheduleRecord row) {
        return new RecurringBackfill(
                row.id(),
                row.account().user(),
                row.request(),
                row.schedule(),
                row.paused(),
                row.createdAt(),
                row.nextAt(),
                row.lastJob(),
                row.lastSkippedAt());
    }
}
