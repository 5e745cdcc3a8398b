package dev.backfill.store.jdbc;

import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Schedule;
import dev.backfill.api.ScheduleId;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.ScheduleRecord;
import dev.backfill.spi.ScheduleStore;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** Keeps recurring backfills beside the jobs they start. Times are kept to the microsecond. Thread-safe. */
final class JdbcScheduleStore implements ScheduleStore {
    private final Database database;
    private final JdbcJobStore jobs;
    private final ScheduleRows rows;

    /**
     * Makes a store.
     *
     * @param database where the tables are, migrated
     * @param jobs stores the jobs that schedules start, in the same database
     */
    JdbcScheduleStore(Database database, JdbcJobStore jobs) {
        this.database = database;
        this.jobs = jobs;
        this.rows = new ScheduleRows(database.tables().schedule());
    }

    @Override
    public Instant next(Schedule schedule, Instant after) {
        return ScheduleTimes.next(schedule, after);
    }

    @Override
    public void insert(ScheduleRecord schedule) {
        database.write("Schedule " + schedule.id() + " could not be stored", session -> {
            if (rows.find(session, schedule.id(), "").isPresent()) {
                throw new IllegalArgumentException("schedule " + schedule.id() + " is stored already");
            }
            rows.insert(session, schedule);
            return schedule;
        });
    }

    @Override
    public Optional<ScheduleRecord> find(ScheduleId id) {
        return database.read("Schedule " + id + " could not be read", session -> rows.find(session, id, ""));
    }

    @Override
    public Page<ScheduleRecord> list(@Nullable UserId user, PageRequest page) {
        ListCursor after = page.cursor() == null ? null : ListCursor.parse(page.cursor());
        List<ScheduleRecord> found = database.read(
                "Schedules could not be listed", session -> rows.list(session, user, after, page.limit() + 1L));
        if (found.size() <= page.limit()) {
            return new Page<>(found, null);
        }
        ScheduleRecord last = found.get(page.limit() - 1);
        return new Page<>(
                new ArrayList<>(found.subList(0, page.limit())),
                ListCursor.of(last.createdAt(), last.id().value()).text());
    }

    @Override
    @SuppressWarnings("ReferenceEquality") // a caller that changes nothing hands back the very row
    public Optional<ScheduleRecord> update(ScheduleId id, UnaryOperator<ScheduleRecord> change) {
        return database.write("Schedule " + id + " could not be changed", session -> {
            Optional<ScheduleRecord> stored =
                    rows.find(session, id, database.dialect().forUpdate());
            if (stored.isEmpty()) {
                return stored;
            }
            ScheduleRecord changed = change.apply(stored.get());
            if (changed != stored.get()) {
                requireSame(stored.get(), changed);
                rows.update(session, changed);
            }
            return Optional.of(changed);
        });
    }

    private static void requireSame(ScheduleRecord stored, ScheduleRecord changed) {
        if (!changed.id().equals(stored.id())
                || !changed.account().equals(stored.account())
                || !changed.createdAt().equals(stored.createdAt())) {
            throw new IllegalArgumentException(
                    "a schedule's id, account and time of creation never change: " + stored.id());
        }
    }

    @Override
    public boolean delete(ScheduleId id) {
        return database.write("Schedule " + id + " could not be removed", session -> rows.delete(session, id));
    }

    @Override
    public List<ScheduleRecord> due(Instant now, int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be 1 or more, was " + limit);
        }
        return database.read("Due schedules could not be looked for", session -> rows.due(session, now, limit));
    }

    @Override
    public boolean fire(ScheduleRecord seen, JobRecord job, Instant next) {
        return database.write("The job of schedule " + seen.id() + " could not be started", session -> {
            Optional<ScheduleRecord> stored =
                    rows.find(session, seen.id(), database.dialect().forUpdate());
            if (stored.isEmpty() || !stored.get().equals(seen)) {
                return false;
            }
            jobs.insert(session, job);
            rows.update(session, seen.started(job.id(), next));
            return true;
        });
    }
}
