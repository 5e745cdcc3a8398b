package dev.backfill.store.jdbc;

import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNotFoundException;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Summary;
import dev.backfill.api.UserId;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.StaleLeaseException;
import dev.backfill.spi.WantedState;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps jobs in a database. Each method is one transaction; one that changes a job locks its row first, so that whoever comes
 * second sees what the first one stored. Times are kept to the microsecond, durations to the nanosecond. Thread-safe.
 */
final class JdbcJobStore implements JobStore {
    private static final int IDS_A_QUERY = 500;

    /** With all that hangs on them: what runs must not wait long for the one connection that writes to a file. */
    private static final int FORGOTTEN_A_WRITE = 20;

    private final Database database;
    private final JobRows rows;
    private final JobRules rules;
    private final JobTurns turns;
    private final JobLists lists;
    private final JobHistory history;
    private final CheckpointRows checkpoints;
    private final NewJobs newJobs;
    private final String wanted;
    private final String lockClaims;

    /**
     * Makes a store.
     *
     * @param database where the tables are, migrated
     */
    JdbcJobStore(Database database) {
        this.database = database;
        String table = database.tables().job();
        rows = new JobRows(table);
        rules = new JobRules(table);
        turns = new JobTurns(table, rules);
        lists = new JobLists(table, rows);
        history = new JobHistory(database.tables(), rows);
        checkpoints = new CheckpointRows(database.tables());
        newJobs = new NewJobs(database, rows, rules);
        wanted = "select id, wanted, epoch from " + table + " where id in ";
        // Whoever keeps limits counts what runs, and no other claim may come between the count and the write.
        lockClaims = "select pg_advisory_xact_lock(hashtext('" + table + " claims'))";
    }

    @Override
    public void insert(JobRecord job) {
        newJobs.insert(job);
    }

    /** Stores a job within the transaction of a schedule. */
    void insert(Session session, JobRecord job) throws SQLException {
        newJobs.insert(session, job);
    }

    @Override
    public Map<JobId, JobConflictException> insertAll(List<JobRecord> jobs) {
        return newJobs.insertAll(jobs);
    }

    @Override
    public Optional<JobRecord> find(JobId id) {
        return database.read("Job " + id + " could not be read", session -> rows.find(session, id, ""));
    }

    @Override
    public JobRecord update(JobId id, UnaryOperator<JobRecord> change) {
        return database.write("Job " + id + " could not be changed", session -> {
            JobRecord stored = locked(session, id).orElseThrow(() -> new JobNotFoundException(id));
            return replace(session, stored, change.apply(stored));
        });
    }

    @Override
    public Optional<Lease> claim(JobId id, String owner, Instant now, JobLimits limits) {
        return database.write("Job " + id + " could not be claimed", session -> {
            if (database.dialect() == Dialect.POSTGRESQL && JobTurns.areKept(limits)) {
                session.first(lockClaims, params -> {}, row -> true);
            }
            Optional<JobRecord> stored = locked(session, id);
            if (stored.isEmpty() || !turns.mayBeClaimed(session, stored.get(), now, limits)) {
                return Optional.empty();
            }
            long epoch = stored.get().epoch() + 1;
            JobRecord claimed = stored.get().toBuilder()
                    .state(JobState.RUNNING)
                    .owner(owner)
                    .epoch(epoch)
                    .build();
            rows.update(session, stored.get(), claimed);
            turns.served(session, id, now);
            return Optional.of(new Lease(id, owner, epoch));
        });
    }

    @Override
    public JobRecord write(Lease lease, Checkpoint checkpoint, UnaryOperator<JobRecord> change) {
        return database.write("Progress of job " + lease.jobId() + " could not be stored", session -> {
            JobRecord stored = locked(session, lease.jobId()).orElseThrow(() -> new StaleLeaseException(lease, 0));
            if (stored.epoch() != lease.epoch() || stored.state() != JobState.RUNNING) {
                throw new StaleLeaseException(lease, stored.epoch());
            }
            JobRecord changed = change.apply(stored);
            if (changed.wanted() != stored.wanted()) {
                throw new IllegalArgumentException("a run must not change what is wanted of its job");
            }
            JobRecord written = replace(session, stored, changed);
            checkpoints.put(session, lease.jobId(), checkpoint);
            return written;
        });
    }

    private Optional<JobRecord> locked(Session session, JobId id) throws SQLException {
        return rows.find(session, id, database.dialect().forUpdate());
    }

    @SuppressWarnings("ReferenceEquality") // a caller that changes nothing hands back the very row
    private JobRecord replace(Session session, JobRecord stored, JobRecord changed) throws SQLException {
        if (changed != stored) {
            rules.checkChange(session, stored, changed);
            rows.update(session, stored, changed);
        }
        return changed;
    }

    @Override
    public List<PartitionRecord> partitions(JobId id) {
        return database.read(
                "The plan of job " + id + " could not be read", session -> checkpoints.partitions(session, id));
    }

    @Override
    public Map<String, String> pins(JobId id) {
        return database.read("The pins of job " + id + " could not be read", session -> checkpoints.pins(session, id));
    }

    @Override
    public List<FailureRecord> failures(JobId id, long after, int limit) {
        requirePositive(limit);
        return database.read(
                "The failures of job " + id + " could not be read",
                session -> checkpoints.failures(session, id, after, limit));
    }

    @Override
    public long failureCount(JobId id) {
        return database.read(
                "The failures of job " + id + " could not be counted",
                session -> checkpoints.failureCount(session, id));
    }

    @Override
    public Page<JobRecord> list(@Nullable UserId user, JobFilter filter, PageRequest page) {
        ListCursor after = page.cursor() == null ? null : ListCursor.parse(page.cursor());
        return database.read("Jobs could not be listed", session -> lists.list(session, user, filter, after, page));
    }

    @Override
    public Summary summary(@Nullable UserId user, JobFilter filter) {
        return database.read("Jobs could not be counted", session -> lists.summary(session, user, filter));
    }

    @Override
    public List<JobId> runnable(Instant now, Duration ageStep, JobLimits limits, int limit) {
        requirePositive(limit);
        return database.read(
                "Jobs that can run could not be looked for",
                session -> turns.runnable(session, now, ageStep, limits, limit));
    }

    @Override
    public Map<JobId, Wanted> wanted(Collection<JobId> ids) {
        if (ids.isEmpty()) {
            return Map.of();
        }
        List<JobId> all = new ArrayList<>(ids);
        return database.read("What is wanted of jobs could not be read", session -> {
            Map<JobId, Wanted> answer = new HashMap<>();
            for (int from = 0; from < all.size(); from += IDS_A_QUERY) {
                answer.putAll(wanted(session, all.subList(from, Math.min(all.size(), from + IDS_A_QUERY))));
            }
            return answer;
        });
    }

    private Map<JobId, Wanted> wanted(Session session, List<JobId> ids) throws SQLException {
        Map<JobId, Wanted> answer = new HashMap<>();
        session.query(
                wanted + Session.marks(ids.size()),
                params -> {
                    for (JobId id : ids) {
                        params.text(id.value());
                    }
                },
                row -> answer.put(
                        new JobId(row.text("id")),
                        new Wanted(JobRows.ofCode(WantedState.class, row.text("wanted")), row.number("epoch"))));
        return answer;
    }

    @Override
    public int forget(Instant endedBefore, int keep, int limit) {
        requirePositive(limit);
        List<JobId> old = database.read(
                "Old jobs could not be looked for", session -> history.old(session, endedBefore, keep, limit));
        int forgotten = 0;
        for (int from = 0; from < old.size(); from += FORGOTTEN_A_WRITE) {
            List<JobId> some = old.subList(from, Math.min(old.size(), from + FORGOTTEN_A_WRITE));
            forgotten += database.write("Old jobs could not be forgotten", session -> history.forget(session, some));
        }
        return forgotten;
    }

    /** Does nothing: the connections belong to {@link JdbcPersistence}, which a host closes after its engines. */
    @Override
    public void close() {
        // Nothing is held here.
    }

    private static void requirePositive(int limit) {
        if (limit < 1) {
            throw new IllegalArgumentException("limit must be 1 or more, was " + limit);
        }
    }
}
