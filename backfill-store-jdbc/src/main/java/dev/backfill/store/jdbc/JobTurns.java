package dev.backfill.store.jdbc;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.WantedState;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.List;

/**
 * Who may run, and who runs next: priority with ageing, then fairness among users, then patience, within the limits. Immutable
 * and thread-safe.
 */
final class JobTurns {
    private static final long NANOS_A_MICRO = 1_000;

    private final JobRules rules;
    private final String runnable;
    private final String running;
    private final String served;

    /**
     * Prepares the statements.
     *
     * @param table the job table
     * @param rules says who is on a mailbox
     */
    JobTurns(String table, JobRules rules) {
        this.rules = rules;
        served = "update " + table + " set claimed_at = ? where id = ?";
        running = "select count(*) as everybody, coalesce(sum(case when user_id = ? then 1 else 0 end), 0) as own from "
                + table + " where state = 'running'";
        // As core's store in memory has it: a user's jobs by priority and what each waited; users by the same of their
        // first
        // job, counted from the user's last claim on. A user's jobs further up the list count as running.
        runnable = "with running as (select user_id, count(*) as jobs from " + table
                + " where state = 'running' group by user_id),"
                + " busy as (select provider, mailbox_key from " + table
                + " where state = 'running' and mailbox_key is not null),"
                + " candidate as (select q.id, q.user_id, q.queued_at, q.priority,"
                + " case when ? > q.queued_at then (? - q.queued_at) / ? else 0 end as steps from " + table + " q"
                + " where q.state = 'queued' and q.wanted = 'run' and (q.not_before is null or q.not_before <= ?)"
                + " and (q.mailbox_key is null or not exists (select 1 from busy b"
                + " where b.provider = q.provider and b.mailbox_key = q.mailbox_key))),"
                + " inturn as (select c.id, c.user_id, c.priority, c.queued_at, row_number() over"
                + " (partition by c.user_id order by c.priority + c.steps desc, c.queued_at, c.id) as turn"
                + " from candidate c),"
                // Once a user and without a join, which SQLite would make of each row with each.
                + " served as (select t.*, max(case when t.turn = 1 then (select max(j.claimed_at) from " + table
                + " j where j.user_id = t.user_id) end) over (partition by t.user_id) as last_claim from inturn t),"
                + " aged as (select s.id, s.user_id, s.priority, s.queued_at, s.turn, coalesce(r.jobs, 0) + s.turn as share,"
                + " case when s.last_claim > s.queued_at then s.last_claim else s.queued_at end as since"
                + " from served s left join running r on r.user_id = s.user_id),"
                + " ranked as (select a.id, a.share, a.since, a.queued_at,"
                + " max(a.priority + case when a.turn = 1 and ? > a.since then (? - a.since) / ? else 0 end) over"
                + " (partition by a.user_id order by a.turn rows between current row and unbounded following) as urgency"
                + " from aged a)"
                + " select id, (select coalesce(sum(jobs), 0) from running) as everybody from ranked where share <= ?"
                + " order by urgency desc, share, since, queued_at, id limit ?";
    }

    List<JobId> runnable(Session session, Instant now, Duration ageStep, JobLimits limits, int limit)
            throws SQLException {
        long micros = Times.micros(now);
        long step = Math.max(1, ageStep.toNanos() / NANOS_A_MICRO);
        List<Candidate> candidates = session.query(
                runnable,
                params -> params.number(micros)
                        .number(micros)
                        .number(step)
                        .number(micros)
                        .number(micros)
                        .number(micros)
                        .number(step)
                        .number(limits.perUser())
                        .number(limit),
                row -> new Candidate(new JobId(row.text("id")), row.number("everybody")));
        if (candidates.isEmpty()) {
            return List.of();
        }
        long room = Math.max(0, limits.perCluster() - candidates.get(0).everybody());
        return candidates.stream().limit(room).map(Candidate::id).toList();
    }

    private record Candidate(JobId id, long everybody) {}

    /** Notes that a job's user was served. */
    void served(Session session, JobId id, Instant now) throws SQLException {
        session.update(served, params -> params.number(Times.micros(now)).text(id.value()));
    }

    /** Says whether a claim may give a job; counts what runs, so whoever keeps limits must hold off other claims. */
    boolean mayBeClaimed(Session session, JobRecord job, Instant now, JobLimits limits) throws SQLException {
        if (job.state() == JobState.RUNNING) {
            return true;
        }
        Instant notBefore = job.times().notBefore();
        return job.state() == JobState.QUEUED
                && job.wanted() == WantedState.RUN
                && (notBefore == null || !notBefore.isAfter(now))
                && rules.runningElsewhere(session, job).isEmpty()
                && (!areKept(limits) || hasRoom(session, job, limits));
    }

    /** {@return true if the limits can be reached, so that claims must come one after the other} */
    static boolean areKept(JobLimits limits) {
        return !limits.equals(JobLimits.NONE);
    }

    private boolean hasRoom(Session session, JobRecord job, JobLimits limits) throws SQLException {
        return session.first(
                        running,
                        params -> params.text(job.account().user().value()),
                        row -> row.number("everybody") < limits.perCluster() && row.number("own") < limits.perUser())
                .orElse(false);
    }
}
