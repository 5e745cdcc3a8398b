package dev.backfill.examples.quickstart;

import com.zaxxer.hikari.HikariDataSource;
import dev.backfill.api.BackfillException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobState;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserId;
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.store.jdbc.JdbcPersistence;
import java.nio.file.Path;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/**
 * Where the jobs are kept: in this process, or in a store that outlives it. Jobs of one command, however often it was killed and
 * given again, belong to one user, whose name ends in the run's; the topic's does too.
 */
final class JobsPlace implements AutoCloseable {
    /** How a database is named; the text goes on with its address. */
    static final String DATABASE = "jdbc:postgresql:";

    private static final String USER_PREFIX = "quickstart-";
    private static final int RUN_LENGTH = 8;
    private static final int POOL_SIZE = 10;
    private static final int PATIENCE_MILLIS = 3_000;

    private final @Nullable JdbcPersistence durable;
    private final @Nullable HikariDataSource pool;
    private final JobStore store;
    private final UserId user;
    private final boolean carriesOn;
    private final boolean ofSameMail;

    private JobsPlace(@Nullable JdbcPersistence durable, @Nullable HikariDataSource pool, String mailMark) {
        this.durable = durable;
        this.pool = pool;
        this.store = durable == null ? new InMemoryJobStore() : durable.jobs();
        UserId before = unfinished(store);
        this.carriesOn = before != null;
        this.user = before != null
                ? before
                : UserId.of(USER_PREFIX + UUID.randomUUID().toString().substring(0, RUN_LENGTH) + "-" + mailMark);
        this.ofSameMail = user.value().endsWith("-" + mailMark);
    }

    /**
     * Opens the place, and looks for what a killed run left.
     *
     * @param place a file or a database; null for this process
     * @param mailMark tells the mail that is crawled from other mail
     */
    static JobsPlace open(@Nullable String place, String mailMark) throws UserMistake {
        if (place == null) {
            return new JobsPlace(null, null, mailMark);
        }
        if (!place.startsWith(DATABASE)) {
            StoreTrouble.requireStore(Path.of(place));
        }
        HikariDataSource pool = place.startsWith(DATABASE) ? pool(place) : null;
        JdbcPersistence durable = null;
        JobsPlace opened = null;
        try {
            durable = (pool == null ? JdbcPersistence.file(Path.of(place)) : JdbcPersistence.dataSource(pool)).open();
            opened = new JobsPlace(durable, pool, mailMark);
            return opened;
        } catch (BackfillException unusable) {
            throw UserMistake.failed("--store: " + StoreTrouble.inOneLine(unusable));
        } finally {
            if (opened == null) {
                close(durable, pool);
            }
        }
    }

    private static HikariDataSource pool(String url) {
        // Made without a configuration it connects when first asked, and the store says in one line why that failed.
        // One that is given its configuration goes on trying where nothing answers, and takes seconds to close.
        HikariDataSource pool = new HikariDataSource();
        pool.setJdbcUrl(url);
        pool.setMaximumPoolSize(POOL_SIZE);
        pool.setConnectionTimeout(PATIENCE_MILLIS);
        return pool;
    }

    /** Whose jobs a killed run left behind; null for nobody's. */
    private static @Nullable UserId unfinished(JobStore store) {
        List<JobRecord> active = store.list(
                        null,
                        JobFilter.states(JobState.QUEUED, JobState.RUNNING, JobState.PAUSED),
                        new PageRequest(PageRequest.MAX_LIMIT, null))
                .items();
        return active.stream()
                .map(job -> job.account().user())
                .filter(user -> user.value().startsWith(USER_PREFIX))
                .findFirst()
                .orElse(null);
    }

    /** Gives the jobs to an engine. */
    void into(BackfillBuilder builder) {
        if (durable == null) {
            builder.store(store);
        } else {
            builder.store(durable);
        }
    }

    JobStore store() {
        return store;
    }

    /** Whose jobs these are. */
    UserId user() {
        return user;
    }

    /** What tells this run's topic from others'. */
    String run() {
        return user.value().substring(USER_PREFIX.length(), USER_PREFIX.length() + RUN_LENGTH);
    }

    /** True if jobs are kept when this process is killed. */
    boolean isDurable() {
        return durable != null;
    }

    /** True if a killed run left jobs behind, which this one carries on. */
    boolean carriesOn() {
        return carriesOn;
    }

    /** True if these jobs are of the mail that the command line names now. */
    boolean isOfSameMail() {
        return ofSameMail;
    }

    /** The jobs that the run began before it was killed. */
    Map<Provider, JobRecord> begun() {
        Map<Provider, JobRecord> begun = new EnumMap<>(Provider.class);
        for (JobRecord job : store.list(user, JobFilter.all(), new PageRequest(PageRequest.MAX_LIMIT, null))
                .items()) {
            for (Provider provider : Provider.values()) {
                if (provider.id().equals(job.account().provider())) {
                    begun.put(provider, job);
                }
            }
        }
        return begun;
    }

    /**
     * How often a job was taken up again, which is how often it may have been cut off with messages on the way: by a kill, or
     * within a process by a store that was away for too long. It may have been left in other ways as well, which the store does
     * not tell from these. 0 for a job that is kept in this process.
     */
    long takenUpAgain(JobRecord job) {
        return durable == null ? 0 : Math.max(0, job.epoch() - 1);
    }

    @Override
    public void close() {
        close(durable, pool);
    }

    private static void close(@Nullable JdbcPersistence durable, @Nullable HikariDataSource pool) {
        if (durable != null) {
            durable.close();
        }
        if (pool != null) {
            pool.close();
        }
    }
}
