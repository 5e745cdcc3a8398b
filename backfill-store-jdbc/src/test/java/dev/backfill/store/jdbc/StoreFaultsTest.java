package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.JobFailure;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Position;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.Interposed;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import javax.sql.DataSource;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a store does when the database fails it at the worst moment. */
class StoreFaultsTest {
    private final AtomicInteger commitsToLose = new AtomicInteger();
    private final AtomicInteger deadlocks = new AtomicInteger();
    private JdbcJobStore store;

    @BeforeEach
    void open() {
        String schema = Postgres.newSchema();
        JdbcPersistence.dataSource(Postgres.dataSource()).schema(schema).open().close();
        DataSource faulty = faulty(Postgres.dataSource());
        store = new JdbcJobStore(
                new Database(Dialect.POSTGRESQL, faulty, faulty, new Tables(schema, Tables.DEFAULT_PREFIX)));
    }

    /** PostgreSQL holds no NUL in a text: no second try could change that. */
    @Test
    void whatADatabaseCannotHoldIsRefusedForGood() {
        JobRecord job = StoreJobs.job("j1", "user", "account");
        store.insert(job);
        Lease lease = store.claim(job.id(), "a", StoreJobs.NOW, JobLimits.NONE).orElseThrow();
        Checkpoint nul = new Checkpoint(List.of(), Map.of("scope", "a\u0000b"), List.of());
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.write(lease, nul, row -> row))
                .satisfies(refused -> assertThat(refused.isRefused()).isTrue());
        commitsToLose.set(1);
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.write(lease, Checkpoint.EMPTY, row -> row))
                .satisfies(lost -> assertThat(lost.isRefused()).isFalse());
    }

    @Test
    void aWriteWhoseAnswerWasLostMayBeRepeated() {
        JobRecord job = StoreJobs.job("j1", "user", "account");
        store.insert(job);
        Lease lease = store.claim(job.id(), "a", StoreJobs.NOW, JobLimits.NONE).orElseThrow();
        PartitionRecord moved = new PartitionRecord(
                Partition.window("inbox", null, null),
                0,
                new Position("1|7"),
                false,
                1,
                JobCounts.ZERO,
                new JobCounts(5, 4, 0, 1));
        FailureRecord failed = new FailureRecord(
                1,
                FailureRef.message("inbox", "m"),
                JobFailure.Stage.FETCH,
                JobFailure.Kind.RETRY,
                "reason",
                StoreJobs.NOW);
        Checkpoint checkpoint = new Checkpoint(List.of(moved), Map.of("inbox", "pin"), List.of(failed));
        JobCounts counts = new JobCounts(5, 4, 0, 1);

        commitsToLose.set(1);
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.write(
                        lease, checkpoint, row -> row.toBuilder().counts(counts).build()))
                .withMessage("Progress of job j1 could not be stored.");
        store.write(lease, checkpoint, row -> row.toBuilder().counts(counts).build());

        assertThat(store.failures(job.id(), 0, 10)).containsExactly(failed);
        assertThat(store.partitions(job.id())).containsExactly(moved);
        assertThat(store.find(job.id()).orElseThrow().counts()).isEqualTo(counts);
    }

    @Test
    void aTransactionThatLostToAnotherIsTriedAgain() {
        JobRecord job = StoreJobs.job("j1", "user", "account");
        deadlocks.set(3);
        store.insert(job);
        AtomicInteger calls = new AtomicInteger();
        deadlocks.set(2);
        store.update(job.id(), row -> {
            calls.incrementAndGet();
            return row.toBuilder().state(JobState.PAUSED).build();
        });
        assertThat(calls).hasValue(3);
        assertThat(store.find(job.id()).orElseThrow().state()).isEqualTo(JobState.PAUSED);
    }

    @Test
    void aDatabaseThatNeverLetsGoIsGivenUp() {
        deadlocks.set(Integer.MAX_VALUE);
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.insert(StoreJobs.job("j1", "user", "account")))
                .withCauseInstanceOf(SQLException.class);
        deadlocks.set(0);
        assertThat(store.find(new JobId("j1"))).isEmpty();
    }

    /** PostgreSQL takes no NUL in a text: the row is changed by then, and its partition stored. */
    @Test
    void aWriteThatFailsHalfWayStoresNothing() {
        JobRecord job = StoreJobs.job("j1", "user", "account");
        store.insert(job);
        Lease lease = store.claim(job.id(), "a", StoreJobs.NOW, JobLimits.NONE).orElseThrow();
        JobRecord before = store.find(job.id()).orElseThrow();
        Checkpoint checkpoint = new Checkpoint(
                List.of(PartitionRecord.fresh(Partition.window("inbox", null, null), 0)),
                Map.of("inbox", "a token with \0 in it"),
                List.of());
        assertThatExceptionOfType(StoreException.class)
                .isThrownBy(() -> store.write(
                        lease, checkpoint, row -> row.toBuilder().apiCalls(7).build()));
        assertThat(store.find(job.id())).contains(before);
        assertThat(store.partitions(job.id())).isEmpty();
    }

    @Test
    void aFunctionMustNotCallTheStore() {
        JobRecord job = StoreJobs.job("j1", "user", "account");
        store.insert(job);
        assertThatExceptionOfType(IllegalStateException.class)
                .isThrownBy(
                        () -> store.update(job.id(), row -> store.find(job.id()).orElseThrow()));
        assertThat(store.find(job.id())).contains(job);
    }

    private DataSource faulty(DataSource source) {
        return Interposed.between(
                DataSource.class, source, (method, arguments, real) -> faulty((Connection) real.call(arguments)));
    }

    private Connection faulty(Connection connection) {
        return Interposed.between(Connection.class, connection, (method, arguments, real) -> {
            boolean commit = method.equals("commit");
            if (commit && deadlocks.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new SQLException("deadlock detected", "40P01");
            }
            Object result = real.call(arguments);
            if (commit && commitsToLose.getAndUpdate(left -> Math.max(0, left - 1)) > 0) {
                throw new SQLException("the connection broke", "08006");
            }
            return result;
        });
    }
}
