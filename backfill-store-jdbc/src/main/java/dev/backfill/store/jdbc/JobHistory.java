package dev.backfill.store.jdbc;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.Baselines;
import dev.backfill.spi.JobRecord;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Forgets old jobs; what hangs on them goes by the database's cascade. Immutable and thread-safe. */
final class JobHistory {
    private static final String ENDED = Arrays.stream(JobState.values())
            .filter(JobState::isTerminal)
            .map(state -> "'" + state.code() + "'")
            .collect(Collectors.joining(", ", "(", ")"));

    private static final String ACTIVE = Arrays.stream(JobState.values())
            .filter(JobState::isActive)
            .map(state -> "'" + state.code() + "'")
            .collect(Collectors.joining(", ", "(", ")"));

    /** How many jobs are looked at in one query: each of them sorts all that ended. */
    private static final int PAGE = 2_000;

    private final String old;
    private final String baselines;
    private final String forget;

    /**
     * Prepares the statements.
     *
     * @param tables where the rows are
     * @param rows reads jobs
     */
    JobHistory(Tables tables, JobRows rows) {
        String job = tables.job();
        // One whose failures are being tried again stays.
        String isRetried =
                " in (select r.retry_of from " + job + " r where r.retry_of is not null and r.state in " + ACTIVE + ")";
        // The newest baseline of an account stays in any case; of most accounts it is all there is to say.
        old = "with ended as (select id, user_id, provider, account, state, limited, retry_of, mailbox_key, created_at,"
                + " coalesce(ended_at, created_at) as end_at,"
                + " row_number() over (order by coalesce(ended_at, created_at) desc, id desc) as place from "
                + job + " where state in " + ENDED + ")"
                + " select e.id, e.user_id, e.provider, e.account, e.end_at,"
                + " case when " + isBaseline("e", tables) + " then 1 else 0 end as baseline"
                + " from ended e where (e.place > ? or e.end_at < ?)"
                + " and (e.end_at, e.id) > (?, ?)"
                + " and not (" + isBaseline("e", tables)
                + " and not exists (select 1 from " + job + " n where n.user_id = e.user_id"
                + " and n.provider = e.provider and n.account = e.account"
                + " and (n.created_at, n.id) > (e.created_at, e.id) and " + isBaseline("n", tables) + "))"
                + " and not e.id" + isRetried
                + " order by e.end_at, e.id limit ?";
        baselines = rows.select() + " j where j.user_id = ? and j.provider = ? and j.account = ? and "
                + isBaseline("j", tables) + " order by j.created_at desc, j.id desc limit " + Baselines.SEARCHED;
        forget = "delete from " + job + " where id = ? and state in " + ENDED + " and not id" + isRetried;
    }

    /** {@link Baselines#isWhole}, and with pins. */
    private static String isBaseline(String job, Tables tables) {
        return job + ".state = 'completed' and " + job + ".limited = 0 and " + job + ".retry_of is null and " + job
                + ".mailbox_key is not null and exists (select 1 from " + tables.pin() + " p where p.job_id = " + job
                + ".id)";
    }

    /** An old job, which may be needed if it is a baseline. */
    private record Old(JobId id, AccountRef account, long endMicros, boolean baseline) {}

    /** Finds jobs that may go, the first to end first. */
    List<JobId> old(Session session, Instant endedBefore, int keep, int limit) throws SQLException {
        Map<AccountRef, Set<JobId>> needed = new HashMap<>();
        List<JobId> found = new ArrayList<>();
        Old last = null;
        while (true) {
            List<Old> page = page(session, endedBefore, keep, last);
            for (Old job : page) {
                if (!job.baseline() || !needed(session, needed, job.account()).contains(job.id())) {
                    found.add(job.id());
                }
                if (found.size() == limit) {
                    return found;
                }
                last = job;
            }
            if (page.size() < PAGE) {
                return found;
            }
        }
    }

    private List<Old> page(Session session, Instant endedBefore, int keep, @Nullable Old last) throws SQLException {
        return session.query(
                old,
                params -> params.number(keep)
                        .time(endedBefore)
                        .number(last == null ? Long.MIN_VALUE : last.endMicros())
                        .text(last == null ? "" : last.id().value())
                        .number(PAGE),
                row -> new Old(
                        new JobId(row.text("id")), JobRows.account(row), row.number("end_at"), row.flag("baseline")));
    }

    private Set<JobId> needed(Session session, Map<AccountRef, Set<JobId>> known, AccountRef account)
            throws SQLException {
        Set<JobId> needed = known.get(account);
        if (needed == null) {
            List<JobRecord> newestFirst = session.query(
                    baselines,
                    params -> params.text(account.user().value())
                            .text(account.provider())
                            .text(account.account()),
                    JobRows::job);
            needed = Baselines.needed(newestFirst).stream().map(JobRecord::id).collect(Collectors.toSet());
            known.put(account, needed);
        }
        return needed;
    }

    /** Removes jobs that were found, but those that are wanted again since. */
    int forget(Session session, List<JobId> ids) throws SQLException {
        int forgotten = 0;
        for (JobId id : ids) {
            forgotten += session.update(forget, params -> params.text(id.value()));
        }
        return forgotten;
    }
}
