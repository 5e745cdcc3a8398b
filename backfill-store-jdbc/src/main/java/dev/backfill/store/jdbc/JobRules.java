package dev.backfill.store.jdbc;

import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.JobRecord;
import java.sql.SQLException;
import java.util.Objects;
import java.util.Optional;

/**
 * The rules that hold between rows: one active job an account, one RUNNING job a mailbox. The database's unique indexes keep
 * them; this class finds out who stands in the way. A transaction that meets an index is tried again, and then seen here.
 */
final class JobRules {
    private final String activeOfAccount;
    private final String runningOnMailbox;

    /**
     * Prepares the statements.
     *
     * @param table the job table
     */
    JobRules(String table) {
        activeOfAccount = "select id from " + table
                + " where user_id = ? and provider = ? and account = ? and state in ('queued', 'running', 'paused')"
                + " and id <> ?";
        runningOnMailbox = "select id from " + table
                + " where provider = ? and mailbox_key = ? and mailbox_key is not null and state = 'running' and id <> ?";
    }

    /** Finds the other job that is active on a job's account. */
    Optional<JobId> activeElsewhere(Session session, JobRecord job) throws SQLException {
        return session.first(
                activeOfAccount,
                params -> params.text(job.account().user().value())
                        .text(job.account().provider())
                        .text(job.account().account())
                        .text(job.id().value()),
                row -> new JobId(row.text("id")));
    }

    /** Finds the other job that is RUNNING on a job's mailbox. */
    Optional<JobId> runningElsewhere(Session session, JobRecord job) throws SQLException {
        if (job.mailboxKey() == null) {
            return Optional.empty();
        }
        return session.first(
                runningOnMailbox,
                params -> params.text(job.account().provider())
                        .text(job.mailboxKey())
                        .text(job.id().value()),
                row -> new JobId(row.text("id")));
    }

    /** Throws if a new job breaks a rule. */
    void checkNew(Session session, JobRecord job) throws SQLException {
        if (job.state().isActive()) {
            conflictWith(activeElsewhere(session, job));
        }
        if (job.state() == JobState.RUNNING) {
            conflictWith(runningElsewhere(session, job));
        }
    }

    /** Throws if a change breaks a rule. What a rule held before needs no second look. */
    void checkChange(Session session, JobRecord stored, JobRecord changed) throws SQLException {
        if (!changed.id().equals(stored.id())
                || !changed.account().equals(stored.account())
                || !changed.request().equals(stored.request())
                || !changed.times().created().equals(stored.times().created())) {
            throw new IllegalArgumentException(
                    "a job's id, account, request and time of creation never change: " + stored.id());
        }
        if (changed.epoch() < stored.epoch()) {
            throw new IllegalArgumentException("an epoch never goes back: " + stored.id());
        }
        if (changed.state().isActive() && !stored.state().isActive()) {
            conflictWith(activeElsewhere(session, changed));
        }
        boolean held = stored.state() == JobState.RUNNING && Objects.equals(stored.mailboxKey(), changed.mailboxKey());
        if (changed.state() == JobState.RUNNING && !held) {
            conflictWith(runningElsewhere(session, changed));
        }
    }

    private static void conflictWith(Optional<JobId> other) {
        if (other.isPresent()) {
            throw new JobConflictException(other.get());
        }
    }
}
