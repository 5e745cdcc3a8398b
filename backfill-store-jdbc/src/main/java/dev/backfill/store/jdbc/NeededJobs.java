package dev.backfill.store.jdbc;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobId;
import dev.backfill.spi.Baselines;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Replays;
import java.sql.SQLException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which ended jobs of an account its later ones need. Immutable and thread-safe. */
final class NeededJobs {
    private static final Comparator<JobRecord> NEWEST_FIRST = Comparator.<JobRecord, Instant>comparing(
                    job -> job.times().created())
            .thenComparing(job -> job.id().value())
            .reversed();

    private final String baselines;
    private final String early;
    private final String active;
    private final String openReplays;

    /**
     * Prepares the statements.
     *
     * @param tables where the rows are
     * @param rows reads jobs
     */
    NeededJobs(Tables tables, JobRows rows) {
        String ofAccount = " j where j.user_id = ? and j.provider = ? and j.account = ? and ";
        String newest = " order by j.created_at desc, j.id desc limit " + Baselines.SEARCHED;
        baselines = rows.select() + ofAccount + isBaseline("j", tables) + newest;
        early = rows.select() + ofAccount + isEarly("j") + newest;
        active = "select j.id from " + tables.job() + ofAccount + "j.state in " + JobHistory.ACTIVE;
        openReplays = "select scope from " + tables.partition() + " where job_id = ? and done = 0 and kind = 'window'"
                + " and from_at is null and to_at is null";
    }

    /** {@link Baselines#isWhole}, and with pins. */
    static String isBaseline(String job, Tables tables) {
        return job + ".state = 'completed' and " + job + ".limited = 0 and " + job + ".retry_of is null and " + job
                + ".mailbox_key is not null and exists (select 1 from " + tables.pin() + " p where p.job_id = " + job
                + ".id)";
    }

    /** {@link Baselines#isUnfinished}, but for what only the request tells. */
    static String isEarly(String job) {
        return job + ".state in " + JobHistory.ENDED + " and (" + job + ".state <> 'completed' or " + job
                + ".limited = 1) and " + job + ".phase <> 'new' and " + job + ".retry_of is null and " + job
                + ".mailbox_key is not null";
    }

    /** {@return the jobs from which a later one may begin or where it may go on, and those whose failures are still to be read again} */
    Set<JobId> of(Session session, AccountRef account) throws SQLException {
        List<JobRecord> whole = session.query(baselines, params -> bind(params, account), JobRows::job);
        List<JobRecord> ended = new ArrayList<>(whole);
        session.query(early, params -> bind(params, account), JobRows::job).stream()
                .filter(Baselines::isUnfinished)
                .forEach(ended::add);
        ended.sort(NEWEST_FIRST);
        Set<JobId> needed = new HashSet<>();
        Baselines.needed(whole).forEach(job -> needed.add(job.id()));
        List<JobId> readers = new ArrayList<>(
                session.query(active, params -> bind(params, account), row -> new JobId(row.text("id"))));
        Baselines.unfinished(ended).forEach(job -> readers.add(job.id()));
        needed.addAll(readers);
        for (JobId reader : readers) {
            for (String scope :
                    session.query(openReplays, params -> params.text(reader.value()), row -> row.text("scope"))) {
                addIfAny(needed, Replays.failedJob(scope));
            }
        }
        return needed;
    }

    private static void addIfAny(Set<JobId> needed, @Nullable JobId job) {
        if (job != null) {
            needed.add(job);
        }
    }

    private static void bind(Params params, AccountRef account) throws SQLException {
        params.text(account.user().value()).text(account.provider()).text(account.account());
    }
}
