package dev.backfill.store.jdbc;

import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobId;
import dev.backfill.spi.JobRecord;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Stores new jobs, one or many. Immutable and thread-safe. */
final class NewJobs {
    /** Jobs a transaction: few enough that others wait for milliseconds only. */
    static final int CHUNK = 500;

    private static final String FAILURE = "New jobs could not be stored";

    private final Database database;
    private final JobRows rows;
    private final JobRules rules;
    private final String present;

    /**
     * Makes a writer of new jobs.
     *
     * @param database where they go
     * @param rows writes them
     * @param rules says who stands in the way
     */
    NewJobs(Database database, JobRows rows, JobRules rules) {
        this.database = database;
        this.rows = rows;
        this.rules = rules;
        present = "select id from " + database.tables().job() + " where id in ";
    }

    void insert(JobRecord job) {
        database.write("Job " + job.id() + " could not be stored", session -> {
            insert(session, job);
            return job;
        });
    }

    /** Stores a job within a transaction. */
    void insert(Session session, JobRecord job) throws SQLException {
        requireAbsent(present(session, List.of(job)));
        rules.checkNew(session, job);
        rows.insert(session, job);
    }

    Map<JobId, JobConflictException> insertAll(List<JobRecord> jobs) {
        Map<JobId, JobConflictException> refused = new HashMap<>();
        for (int from = 0; from < jobs.size(); from += CHUNK) {
            List<JobRecord> chunk = jobs.subList(from, Math.min(jobs.size(), from + CHUNK));
            for (JobRecord left : insertChunk(chunk)) {
                try {
                    // Whoever stood in the way may have ended since
                    insert(left);
                } catch (JobConflictException conflict) {
                    refused.put(left.id(), conflict);
                }
            }
        }
        return refused;
    }

    /** Stores those of some jobs that fit, and gives the others. */
    private List<JobRecord> insertChunk(List<JobRecord> chunk) {
        return database.write(FAILURE, session -> {
            requireAbsent(present(session, chunk));
            rows.insertWhatFits(session, chunk);
            Set<JobId> stored = present(session, chunk);
            List<JobRecord> left = new ArrayList<>();
            for (JobRecord job : chunk) {
                // Of two jobs of one id in the list the first is stored, the second refused below
                if (!stored.remove(job.id())) {
                    left.add(job);
                }
            }
            return left;
        });
    }

    private Set<JobId> present(Session session, List<JobRecord> jobs) throws SQLException {
        return new HashSet<>(session.query(
                present + Session.marks(jobs.size()),
                params -> {
                    for (JobRecord job : jobs) {
                        params.text(job.id().value());
                    }
                },
                row -> new JobId(row.text("id"))));
    }

    private static void requireAbsent(Set<JobId> present) {
        if (!present.isEmpty()) {
            throw new IllegalArgumentException("job " + present.iterator().next() + " is stored already");
        }
    }
}
