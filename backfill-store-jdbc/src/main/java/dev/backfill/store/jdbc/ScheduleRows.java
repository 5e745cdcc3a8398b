package dev.backfill.store.jdbc;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobId;
import dev.backfill.api.Schedule;
import dev.backfill.api.ScheduleId;
import dev.backfill.api.UserId;
import dev.backfill.spi.ScheduleRecord;
import java.sql.SQLException;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Schedule records as rows of the schedule table, and back. Immutable and thread-safe. */
final class ScheduleRows {
    private static final List<String> COLUMNS = List.of(
            "id",
            "user_id",
            "provider",
            "account",
            "created_at",
            "request",
            "cron",
            "zone",
            "delay",
            "paused",
            "next_at",
            "last_job",
            "last_skipped_at");

    private final String insert;
    private final String update;
    private final String select;
    private final String delete;

    /**
     * Prepares the statements.
     *
     * @param table the schedule table
     */
    ScheduleRows(String table) {
        insert = "insert into " + table + " (" + String.join(", ", COLUMNS) + ") values "
                + Session.marks(COLUMNS.size());
        update = "update " + table + " set request = ?, cron = ?, zone = ?, delay = ?, paused = ?, next_at = ?,"
                + " last_job = ?, last_skipped_at = ? where id = ?";
        select = "select " + String.join(", ", COLUMNS) + " from " + table;
        delete = "delete from " + table + " where id = ?";
    }

    void insert(Session session, ScheduleRecord row) throws SQLException {
        session.update(insert, params -> {
            params.text(row.id().value())
                    .text(row.account().user().value())
                    .text(row.account().provider())
                    .text(row.account().account())
                    .time(row.createdAt());
            bindMoving(params, row);
        });
    }

    void update(Session session, ScheduleRecord row) throws SQLException {
        session.update(update, params -> {
            bindMoving(params, row);
            params.text(row.id().value());
        });
    }

    private static void bindMoving(Params params, ScheduleRecord row) throws SQLException {
        params.text(RequestText.of(row.request()));
        if (row.schedule() instanceof Schedule.Cron cron) {
            params.text(cron.expression()).text(cron.zone().getId()).time(null);
        } else if (row.schedule() instanceof Schedule.FixedDelay fixed) {
            params.text(null).text(null).duration(fixed.delay());
        }
        params.flag(row.paused())
                .time(row.nextAt())
                .text(row.lastJob() == null ? null : row.lastJob().value())
                .time(row.lastSkippedAt());
    }

    Optional<ScheduleRecord> find(Session session, ScheduleId id, String lock) throws SQLException {
        return session.first(
                select + " where id = ?" + lock, params -> params.text(id.value()), ScheduleRows::schedule);
    }

    boolean delete(Session session, ScheduleId id) throws SQLException {
        return session.update(delete, params -> params.text(id.value())) > 0;
    }

    List<ScheduleRecord> due(Session session, Instant now, int limit) throws SQLException {
        return session.query(
                select + " where paused = 0 and next_at <= ? order by next_at, id limit ?",
                params -> params.time(now).number(limit),
                ScheduleRows::schedule);
    }

    List<ScheduleRecord> list(Session session, @Nullable UserId user, @Nullable ListCursor after, long limit)
            throws SQLException {
        String ofUser = user == null ? "1 = 1" : "user_id = ?";
        String further = after == null ? "" : " and (created_at, id) < (?, ?)";
        return session.query(
                select + " where " + ofUser + further + " order by created_at desc, id desc limit ?",
                params -> {
                    if (user != null) {
                        params.text(user.value());
                    }
                    if (after != null) {
                        params.number(after.micros()).text(after.id());
                    }
                    params.number(limit);
                },
                ScheduleRows::schedule);
    }

    private static ScheduleRecord schedule(Row row) throws SQLException {
        AccountRef account = JobRows.account(row);
        String cron = row.textOrNull("cron");
        String lastJob = row.textOrNull("last_job");
        return new ScheduleRecord(
                new ScheduleId(row.text("id")),
                account,
                RequestText.request(account.provider(), account.account(), row.text("request")),
                cron == null
                        ? new Schedule.FixedDelay(row.duration("delay"))
                        : new Schedule.Cron(cron, ZoneId.of(row.text("zone"))),
                row.flag("paused"),
                row.time("created_at"),
                row.time("next_at"),
                lastJob == null ? null : new JobId(lastJob),
                row.timeOrNull("last_skipped_at"));
    }
}
