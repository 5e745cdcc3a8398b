package dev.backfill.store.jdbc;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
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
    static final String ENDED = Arrays.stream(JobState.values())
            .filter(JobState::isTerminal)
            .map(state -> "'" + state.code() + "'")
            .collect(Collectors.joining(", ", "(", ")"));

    static final String ACTIVE = Arrays.stream(JobState.values())
            .filter(JobState::isActive)
            .map(state -> "'" + state.code() + "'")
            .collect(Collectors.joining(", ", "(", ")"));

    /** How many jobs are looked at in one query: each of them sorts all that ended. */
    private static final int PAGE = 2_000;

    private final String old;
    private final NeededJobs needed;
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
        needed = new NeededJobs(tables, rows);
        // What an account's later job would look at first stays in any case; of most accounts it is all there is to
        // say.
        old = "with ended as (select id, user_id, provider, account, state, limited, retry_of, mailbox_key, created_at,"
                + " phase, failed,"
                + " coalesce(ended_at, created_at) as end_at,"
                + " row_number() over (order by coalesce(ended_at, created_at) desc, id desc) as place from "
                + job + " where state in " + ENDED + ")"
                + " select e.id, e.user_id, e.provider, e.account, e.end_at,"
                + " case when e.failed > 0 or " + NeededJobs.isEarly("e") + " or "
                + NeededJobs.isBaseline("e", tables) + " then 1 else 0 end as asked_for"
                + " from ended e where (e.place > ? or e.end_at < ?)"
                + " and (e.end_at, e.id) > (?, ?)"
                + " and not (" + NeededJobs.isBaseline("e", tables) + noneSince(job, NeededJobs.isBaseline("n", tables))
                + ") and not (" + NeededJobs.isEarly("e")
                + noneSince(job, "((" + NeededJobs.isBaseline("n", tables) + ") or " + NeededJobs.isEarly("n") + ")")
                + ")"
                + " and not e.id" + isRetried
                + " order by e.end_at, e.id limit ?";
        forget = "delete from " + job + " where id = ? and state in " + ENDED + " and not id" + isRetried;
    }

    private static String noneSince(String table, String kind) {
        return " and not exists (select 1 from " + table + " n where n.user_id = e.user_id"
                + " and n.provider = e.provider and n.account = e.account"
                + " and (n.created_at, n.id) > (e.created_at, e.id) and " + kind + ")";
    }

    /** An old job, of which its account may have to be asked whether it is needed. */
    private record Old(JobId id, AccountRef account, long endMicros, boolean askedFor) {}

    /** Finds jobs that may go, the first to end first. */
    List<JobId> old(Session session, Instant endedBefore, int keep, int limit) throws SQLException {
        Map<AccountRef, Set<JobId>> known = new HashMap<>();
        List<JobId> found = new ArrayList<>();
        Old last = null;
        while (true) {
            List<Old> page = page(session, endedBefore, keep, last);
            for (Old job : page) {
                if (!job.askedFor() || !needed(session, known, job.account()).contains(job.id())) {
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
                        new JobId(row.text("id")), JobRows.account(row), row.number("end_at"), row.flag("asked_for")));
    }

    private Set<JobId> needed(Session session, Map<AccountRef, Set<JobId>> known, AccountRef account)
            throws SQLException {
        Set<JobId> ofAccount = known.get(account);
        if (ofAccount == null) {
            ofAccount = needed.of(session, account);
            known.put(account, ofAccount);
        }
        return ofAccount;
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
