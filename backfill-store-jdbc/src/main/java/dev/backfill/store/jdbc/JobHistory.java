package dev.backfill.store.jdbc;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import java.sql.SQLException;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

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

    private final String old;
    private final String forget;

    /**
     * Prepares the statements.
     *
     * @param tables where the rows are
     */
    JobHistory(Tables tables) {
        // One whose failures are being tried again stays.
        String isRetried = " in (select r.retry_of from " + tables.job()
                + " r where r.retry_of is not null and r.state in " + ACTIVE + ")";
        old = "with ended as (select id, user_id, provider, account, state, limited, retry_of, created_at,"
                + " coalesce(ended_at, created_at) as end_at,"
                + " row_number() over (order by coalesce(ended_at, created_at) desc, id desc) as place from "
                + tables.job() + " where state in " + ENDED + ")"
                + " select e.id from ended e where (e.place > ? or e.end_at < ?)"
                + " and not (" + isBaseline("e", tables)
                + " and not exists (select 1 from " + tables.job() + " n where n.user_id = e.user_id"
                + " and n.provider = e.provider and n.account = e.account"
                + " and (n.created_at, n.id) > (e.created_at, e.id) and " + isBaseline("n", tables) + "))"
                + " and not e.id" + isRetried
                + " order by e.end_at, e.id limit ?";
        forget = "delete from " + tables.job() + " where id = ? and state in " + ENDED + " and not id" + isRetried;
    }

    /** True of a job from which an incremental run can begin; the newest of each account stays. */
    private static String isBaseline(String job, Tables tables) {
        return job + ".state = 'completed' and " + job + ".limited = 0 and " + job + ".retry_of is null"
                + " and exists (select 1 from " + tables.pin() + " p where p.job_id = " + job + ".id)";
    }

    /** Finds jobs that may go, the first to end first. */
    List<JobId> old(Session session, Instant endedBefore, int keep, int limit) throws SQLException {
        return session.query(
                old, params -> params.number(keep).time(endedBefore).number(limit), row -> new JobId(row.text("id")));
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
