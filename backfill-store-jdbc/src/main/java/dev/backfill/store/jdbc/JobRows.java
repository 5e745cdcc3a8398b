package dev.backfill.store.jdbc;

import static java.util.Objects.requireNonNull;

import dev.backfill.api.AccountRef;
import dev.backfill.api.CountKind;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.api.Waiting;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.WantedState;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Job records as rows of the job table, and back. Immutable and thread-safe. */
final class JobRows {
    /** What is given once and never changes. */
    private static final List<String> FIXED =
            List.of("id", "user_id", "provider", "account", "request", "priority", "created_at", "retry_of");

    /**
     * What an index holds and a change may change. SQLite writes each index anew that holds a column which a statement sets,
     * even to the same value, so that progress must not set these.
     */
    private static final List<String> INDEXED =
            List.of("state", "wanted", "mailbox_key", "queued_at", "not_before", "bulk_id");

    /** What a change may change and no index holds. */
    static final List<String> PROGRESS = List.of(
            "epoch",
            "owner",
            "upper_bound",
            "phase",
            "listed",
            "published",
            "skipped",
            "failed",
            "total",
            "total_kind",
            "api_calls",
            "retries",
            "worked",
            "throttled",
            "started_at",
            "ended_at",
            "paused_at",
            "resumed_at",
            "progressed_at",
            "waiting_reason",
            "waiting_until",
            "limited",
            "failure_code",
            "failure_message",
            "notes",
            "deletions_unknown_since");

    private final String insert;
    private final String select;
    private final String updateAll;
    private final String updateProgress;

    /**
     * Prepares the statements.
     *
     * @param table the job table
     */
    JobRows(String table) {
        List<String> moving = Stream.concat(INDEXED.stream(), PROGRESS.stream()).toList();
        List<String> all = Stream.concat(FIXED.stream(), moving.stream()).toList();
        insert = "insert into " + table + " (" + String.join(", ", all) + ") values " + Session.marks(all.size());
        select = "select " + String.join(", ", all) + " from " + table;
        updateAll = update(table, moving);
        updateProgress = update(table, PROGRESS);
    }

    private static String update(String table, List<String> columns) {
        return "update " + table + " set "
                + columns.stream().map(column -> column + " = ?").collect(Collectors.joining(", ")) + " where id = ?";
    }

    /** {@return the beginning of a query that {@link #job} reads} */
    String select() {
        return select;
    }

    Optional<JobRecord> find(Session session, JobId id, String lock) throws SQLException {
        return session.first(select + " where id = ?" + lock, params -> params.text(id.value()), JobRows::job);
    }

    void insert(Session session, JobRecord job) throws SQLException {
        session.update(insert, params -> bindNew(params, job));
    }

    /** Stores those jobs that break no rule. */
    void insertWhatFits(Session session, List<JobRecord> jobs) throws SQLException {
        session.batch(insert + " on conflict do nothing", jobs, JobRows::bindNew);
    }

    /**
     * Stores a change.
     *
     * @param stored the row as it is
     * @param changed the row as it is to be
     */
    void update(Session session, JobRecord stored, JobRecord changed) throws SQLException {
        boolean indexed = !indexed(stored).equals(indexed(changed));
        session.update(indexed ? updateAll : updateProgress, params -> {
            if (indexed) {
                bindIndexed(params, changed);
            }
            bindProgress(params, changed);
            params.text(changed.id().value());
        });
    }

    /** What of a job an index holds and a change may change. */
    private static List<@Nullable Object> indexed(JobRecord job) {
        return Arrays.asList(
                job.state(),
                job.wanted(),
                job.mailboxKey(),
                job.times().queued(),
                job.times().notBefore(),
                job.bulkId());
    }

    private static void bindNew(Params params, JobRecord job) throws SQLException {
        params.text(job.id().value())
                .text(job.account().user().value())
                .text(job.account().provider())
                .text(job.account().account())
                .text(RequestText.of(job.request()))
                .number(job.request().priority())
                .time(job.times().created())
                .text(job.retryOf() == null ? null : job.retryOf().value());
        bindIndexed(params, job);
        bindProgress(params, job);
    }

    private static void bindIndexed(Params params, JobRecord job) throws SQLException {
        params.text(job.state().code())
                .text(code(job.wanted()))
                .text(job.mailboxKey())
                .time(job.times().queued())
                .time(job.times().notBefore())
                .text(job.bulkId());
    }

    private static void bindProgress(Params params, JobRecord job) throws SQLException {
        params.number(job.epoch()).text(job.owner()).time(job.upperBound()).text(code(job.phase()));
        bindCounts(params, job.counts());
        params.number(job.total())
                .text(code(job.totalKind()))
                .number(job.apiCalls())
                .number(job.retries())
                .duration(job.worked())
                .duration(job.throttled());
        bindTimes(params, job.times());
        bindEnd(params, job);
    }

    private static void bindTimes(Params params, JobRecord.JobTimes times) throws SQLException {
        params.time(times.started())
                .time(times.ended())
                .time(times.paused())
                .time(times.resumed())
                .time(times.progressed());
    }

    private static void bindEnd(Params params, JobRecord job) throws SQLException {
        Waiting waiting = job.waiting();
        JobRecord.JobError failure = job.failure();
        params.text(waiting == null ? null : waiting.reason().code())
                .time(waiting == null ? null : waiting.until())
                .flag(job.limited())
                .text(failure == null ? null : failure.code())
                .text(failure == null ? null : failure.message())
                .text(RequestText.of(job.notes()))
                .time(job.deletionsUnknownSince());
    }

    static void bindCounts(Params params, JobCounts counts) throws SQLException {
        params.number(counts.listed())
                .number(counts.published())
                .number(counts.skipped())
                .number(counts.failed());
    }

    static JobCounts counts(Row row, String prefix) throws SQLException {
        return new JobCounts(
                row.number(prefix + "listed"),
                row.number(prefix + "published"),
                row.number(prefix + "skipped"),
                row.number(prefix + "failed"));
    }

    /** Reads a whole row. */
    static JobRecord job(Row row) throws SQLException {
        AccountRef account = account(row);
        String retryOf = row.textOrNull("retry_of");
        JobRecord fixed = JobRecord.queued(
                new JobId(row.text("id")),
                account,
                RequestText.request(account.provider(), account.account(), row.text("request")),
                row.time("created_at"),
                retryOf == null ? null : new JobId(retryOf));
        return fixed.toBuilder()
                .state(JobState.ofCode(row.text("state")))
                .wanted(ofCode(WantedState.class, row.text("wanted")))
                .epoch(row.number("epoch"))
                .owner(row.textOrNull("owner"))
                .mailboxKey(row.textOrNull("mailbox_key"))
                .upperBound(row.timeOrNull("upper_bound"))
                .phase(ofCode(JobRecord.Phase.class, row.text("phase")))
                .counts(counts(row, ""))
                .total(row.number("total"))
                .totalKind(ofCode(CountKind.class, row.text("total_kind")))
                .apiCalls(row.number("api_calls"))
                .retries(row.number("retries"))
                .worked(row.duration("worked"))
                .throttled(row.duration("throttled"))
                .times(times(row))
                .waiting(waiting(row.textOrNull("waiting_reason"), row.timeOrNull("waiting_until")))
                .limited(row.flag("limited"))
                .failure(failure(row))
                .notes(RequestText.notes(row.text("notes")))
                .bulkId(row.textOrNull("bulk_id"))
                .deletionsUnknownSince(row.timeOrNull("deletions_unknown_since"))
                .build();
    }

    static AccountRef account(Row row) throws SQLException {
        return new AccountRef(UserId.of(row.text("user_id")), row.text("provider"), row.text("account"));
    }

    private static JobRecord.JobTimes times(Row row) throws SQLException {
        return new JobRecord.JobTimes(
                row.time("created_at"),
                row.time("queued_at"),
                row.timeOrNull("not_before"),
                row.timeOrNull("started_at"),
                row.timeOrNull("ended_at"),
                row.timeOrNull("paused_at"),
                row.timeOrNull("resumed_at"),
                row.timeOrNull("progressed_at"));
    }

    private static @Nullable Waiting waiting(@Nullable String code, @Nullable Instant until) {
        for (Waiting.Reason reason : Waiting.Reason.values()) {
            if (reason.code().equals(code)) {
                return new Waiting(reason, until);
            }
        }
        return null;
    }

    private static JobRecord.@Nullable JobError failure(Row row) throws SQLException {
        String code = row.textOrNull("failure_code");
        return code == null ? null : new JobRecord.JobError(code, requireNonNull(row.textOrNull("failure_message")));
    }

    /** How a value of an enumeration stands in a column. */
    static String code(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT);
    }

    static <E extends Enum<E>> E ofCode(Class<E> type, String code) {
        return Enum.valueOf(type, code.toUpperCase(Locale.ROOT));
    }
}
