package dev.backfill.store.jdbc;

import dev.backfill.api.JobFilter;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Summary;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobRecord;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Pages and counts of jobs. Each page is found by an index, however far down the list it is. Immutable and thread-safe. */
final class JobLists {
    private final String select;
    private final String counts;

    /**
     * Prepares the statements.
     *
     * @param table the job table
     * @param rows reads its rows
     */
    JobLists(String table, JobRows rows) {
        select = rows.select();
        counts =
                "select state, count(*) as jobs, sum(published) as published, sum(skipped) as skipped, sum(failed) as failed"
                        + " from " + table;
    }

    Page<JobRecord> list(
            Session session, @Nullable UserId user, JobFilter filter, @Nullable ListCursor after, PageRequest page)
            throws SQLException {
        Conditions conditions = Conditions.of(user, filter);
        if (after != null) {
            conditions.add("(created_at, id) < (?, ?)", after.micros(), after.id());
        }
        List<JobRecord> rows = session.query(
                select + conditions.where() + " order by created_at desc, id desc limit ?",
                params -> {
                    conditions.bind(params);
                    params.number(page.limit() + 1L);
                },
                JobRows::job);
        if (rows.size() <= page.limit()) {
            return new Page<>(rows, null);
        }
        JobRecord last = rows.get(page.limit() - 1);
        return new Page<>(
                rows.subList(0, page.limit()),
                ListCursor.of(last.times().created(), last.id().value()).text());
    }

    Summary summary(Session session, @Nullable UserId user, JobFilter filter) throws SQLException {
        Conditions conditions = Conditions.of(user, filter);
        Map<JobState, Long> jobs = new EnumMap<>(JobState.class);
        long[] sums = new long[3];
        session.query(counts + conditions.where() + " group by state", conditions::bind, row -> {
            sums[0] += row.number("published");
            sums[1] += row.number("skipped");
            sums[2] += row.number("failed");
            return jobs.put(JobState.ofCode(row.text("state")), row.number("jobs"));
        });
        return new Summary(jobs, sums[0], sums[1], sums[2]);
    }

    /** The conditions of a query and their values. Not thread-safe. */
    private static final class Conditions {
        private final List<String> texts = new ArrayList<>();
        private final List<Object> values = new ArrayList<>();

        static Conditions of(@Nullable UserId user, JobFilter filter) {
            Conditions conditions = new Conditions();
            if (user != null) {
                conditions.add("user_id = ?", user.value());
            }
            if (!filter.states().isEmpty()) {
                Object[] codes = filter.states().stream().map(JobState::code).toArray();
                conditions.add("state in " + Session.marks(codes.length), codes);
            }
            if (filter.provider() != null) {
                conditions.add("provider = ?", filter.provider());
            }
            if (filter.account() != null) {
                conditions.add("account = ?", filter.account());
            }
            if (filter.bulkId() != null) {
                conditions.add("bulk_id = ?", filter.bulkId());
            }
            return conditions;
        }

        void add(String text, Object... more) {
            texts.add(text);
            values.addAll(List.of(more));
        }

        String where() {
            return texts.isEmpty() ? "" : " where " + String.join(" and ", texts);
        }

        void bind(Params params) throws SQLException {
            for (Object value : values) {
                if (value instanceof Long number) {
                    params.number(number);
                } else {
                    params.text((String) value);
                }
            }
        }
    }
}
