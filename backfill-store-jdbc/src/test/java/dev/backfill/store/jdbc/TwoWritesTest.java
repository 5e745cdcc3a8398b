package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserId;
import dev.backfill.core.Backfill;
import dev.backfill.core.EngineConfig;
import dev.backfill.core.EngineConfigBuilder;
import dev.backfill.core.Sharing;
import dev.backfill.core.time.SystemTime;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.TimeSource;
import dev.backfill.store.jdbc.MortalPersistence.Death;
import dev.backfill.store.jdbc.MortalPersistence.Died;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.sql.Connection;
import java.sql.PreparedStatement;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiPredicate;
import java.util.function.UnaryOperator;
import java.util.stream.LongStream;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * Store and queue are two writes, and an instance may die between them, in either order: just after a write of the store, or when
 * the queue's is there and the store's is not, none of its words reaches the database any more. Another instance brings each job
 * to its end.
 */
class TwoWritesTest {
    private static final int MESSAGES = 1_000;
    private static final int BATCH = 10;

    /** What README.md says that a kill may double: partitions at once, pages of each that wait, messages a page. */
    private static final int WINDOW = 4 * 4 * BATCH;

    private static final UserId USER = UserId.of("u1");

    /** Nobody is found dead before the test says that so much time went by, however busy the machine is. */
    private static final QueueTimings TIMINGS =
            new QueueTimings(Duration.ofMillis(50), Duration.ofMillis(100), 1_000, QueueTimings.DEFAULT.closeWait());

    private final String schema = Postgres.newSchema();
    private final CutDataSource wire = new CutDataSource(Postgres.dataSource());
    private final RecordingSink sink = new RecordingSink();
    private final List<AutoCloseable> opened = new ArrayList<>();
    private final Death death = new Death(wire);
    private final OpenMailboxes mailboxes = new OpenMailboxes();
    private final List<Lease> claims = Collections.synchronizedList(new ArrayList<>());
    private final Database beside = database(Postgres.dataSource());
    private String mortal = "";
    private AtomicLong mortalNanos = new AtomicLong();
    private final SystemTime time = new SystemTime();
    private int deaths;

    @AfterEach
    void close() throws Exception {
        for (AutoCloseable one : opened) {
            one.close();
        }
        time.close();
    }

    private static ScriptedSource mailbox(FaultScript faults) {
        return ScriptedSource.builder()
                .account("me", ScriptedAccount.of("mine", ScriptedFolder.inbox(MESSAGES)))
                .account("other", ScriptedAccount.of("another", ScriptedFolder.inbox(0)))
                .windowMessages(250)
                .faults(faults)
                .build();
    }

    private static ScriptedSource mailbox() {
        return mailbox(FaultScript.builder().build());
    }

    private Database database(DataSource way) {
        return SharedDatabase.open(way, schema, Tables.DEFAULT_PREFIX, TIMINGS.standstill());
    }

    private BackfillManager engine(
            String instance,
            ScriptedSource source,
            Persistence persistence,
            TimeSource time,
            UnaryOperator<EngineConfigBuilder> change) {
        BackfillManager manager = Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .time(time)
                .source(mailboxes.watch(instance, source))
                .sink(sink)
                .store(persistence)
                .config(change.apply(
                                EngineConfig.builder().instanceName(instance).sweepInterval(Duration.ofMillis(50)))
                        .build())
                .accessTokens(account -> () -> "none")
                .build();
        opened.add(0, manager);
        return manager;
    }

    /** An instance that may die. */
    private BackfillManager mortal(String instance, ScriptedSource source, UnaryOperator<EngineConfigBuilder> change) {
        AtomicLong moved = new AtomicLong();
        mortal = instance;
        mortalNanos = moved;
        Persistence real = new TestPersistence(
                database(wire),
                TIMINGS,
                () -> System.nanoTime() + moved.get(),
                () -> System.currentTimeMillis() + TimeUnit.NANOSECONDS.toMillis(moved.get()));
        return engine(instance, source, new MortalPersistence(real, death, claims::add), new TimeOfTheDead(), change);
    }

    private BackfillManager first(ScriptedSource source) {
        return mortal("first", source, config -> config);
    }

    private BackfillManager second(ScriptedSource source) {
        return next("second", source);
    }

    /**
     * The next instance, which is there at once. Nobody tells the dead one, and nothing it says is heard: for itself it is alive, and
     * has its mailbox open, until it counts three quarters of the time after which the other may begin.
     */
    private BackfillManager next(String instance, ScriptedSource source) {
        assertThat(wire.isCut()).as("the one before is dead").isTrue();
        deaths++;
        Death none = new Death(new CutDataSource(Postgres.dataSource()));
        Persistence real = new TestPersistence(beside, TIMINGS, MonotonicTime.SYSTEM, MonotonicTime.WALL_MILLIS);
        BackfillManager next =
                engine(instance, source, new MortalPersistence(real, none, claims::add), time, config -> config);
        mortalNanos.addAndGet(TIMINGS.holdFor().toNanos());
        Until.is("the dead one to let go of its mailboxes", () -> mailboxes.areShut(mortal));
        letCountAsDead(mortal);
        return next;
    }

    /** Stands still once its instance is dead, so that nothing but the hold ends a run: not that its store is away for too long. */
    private final class TimeOfTheDead implements TimeSource {
        private final AtomicLong last = new AtomicLong(time.nanoTime());

        @Override
        public Instant instant() {
            return time.instant();
        }

        @Override
        public long nanoTime() {
            return wire.isCut() ? last.get() : last.updateAndGet(before -> time.nanoTime());
        }

        @Override
        public Timer schedule(Duration delay, Runnable task) {
            return time.schedule(delay, task);
        }
    }

    /** As if so much time had gone by since the last of its heartbeats that got through. */
    private void letCountAsDead(String instance) {
        try (Connection connection = Postgres.dataSource().getConnection();
                PreparedStatement aged = connection.prepareStatement("update "
                        + beside.tables().executions()
                        + " set last_heartbeat = last_heartbeat - make_interval(secs => ?) where picked_by like ?")) {
            aged.setDouble(1, (double) TIMINGS.deadAfter().toSeconds());
            aged.setString(2, instance + "#%");
            aged.executeUpdate();
            if (!connection.getAutoCommit()) {
                connection.commit();
            }
        } catch (SQLException failed) {
            throw new IllegalStateException(failed);
        }
    }

    private static BackfillRequest request(String account) {
        return BackfillRequest.builder(ScriptedSource.DEFAULT_ID, account)
                .batchSize(BATCH)
                .rateLimit(1_000)
                .build();
    }

    private static BackfillRequest request() {
        return request("me");
    }

    private static void awaitState(BackfillManager manager, JobId id, JobState state) {
        Until.is(id + " to be " + state, () -> manager.forUser(USER).status(id).state() == state);
    }

    private void assertComplete(BackfillManager manager, JobId id) {
        awaitState(manager, id, JobState.COMPLETED);
        assertThat(manager.forUser(USER).status(id).progress().published()).isEqualTo(MESSAGES);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
        assertThat(sink.misuses()).isEmpty();
        assertThat(sink.duplicates())
                .as("messages twice after %d deaths", deaths)
                .isLessThanOrEqualTo(deaths * WINDOW);
        assertThat(mailboxes.most("me")).as("runs at once").isEqualTo(1);
        List<Long> epochs = claims.stream()
                .filter(lease -> lease.jobId().equals(id))
                .map(Lease::epoch)
                .toList();
        assertThat(epochs)
                .as("each claim adds one, whoever made it")
                .isEqualTo(LongStream.rangeClosed(1, epochs.size()).boxed().toList());
        assertThat(new JdbcJobStore(beside).find(id).orElseThrow().epoch()).isEqualTo(epochs.size());
    }

    private static boolean isJob(Object result, JobState state) {
        return result instanceof JobRecord job && job.state() == state;
    }

    @Test
    void aJobThatWasStoredAndNotOffered() {
        BackfillManager first = first(mailbox());
        death.after((method, result) -> method.equals("insert"));
        assertThatThrownBy(() -> first.forUser(USER).start(request())).isInstanceOf(Died.class);
        BackfillManager second = second(mailbox());
        Until.is("the job to be there", () -> !jobs(second).isEmpty());
        assertComplete(second, jobs(second).get(0));
    }

    @Test
    void aJobThatWasClaimedAndNotBegun() {
        BackfillManager first = first(mailbox());
        death.after((method, result) -> method.equals("claim"));
        JobId id = first.forUser(USER).start(request()).id();
        Until.is("the first to die", wire::isCut);
        assertComplete(second(mailbox()), id);
    }

    @Test
    void aJobThatWasCompletedAndNotTakenFromTheQueue() {
        BackfillManager first = first(mailbox());
        death.after((method, result) -> isJob(result, JobState.COMPLETED));
        JobId id = first.forUser(USER).start(request()).id();
        Until.is("the first to die", wire::isCut);
        ScriptedSource untouched = mailbox();
        BackfillManager second = second(untouched);
        assertComplete(second, id);
        QueueTables tables = QueueTables.of(beside);
        Until.is("the execution to go", () -> tables.version(id).isEmpty());
        assertThat(untouched.log().everOpened()).as("nobody ran it again").isZero();
    }

    @Test
    void aPauseThatWasStoredAndNotObeyedAndAResumeThatWasStoredAndNotOffered() {
        Gate gate = Gate.shut();
        BackfillManager first =
                first(mailbox(FaultScript.builder().block(At.window(2, 1), gate).build()));
        JobId id = first.forUser(USER).start(request()).id();
        gate.awaitEntered(1);
        death.after((method, result) -> method.equals("update"));
        assertThatThrownBy(() -> first.forUser(USER).pause(id)).isInstanceOf(Died.class);
        BackfillManager second = second(mailbox());
        awaitState(second, id, JobState.PAUSED);
        gate.open();

        second.close();
        wire.mend();
        BackfillManager third = mortal("third", mailbox(), config -> config);
        death.after((method, result) -> isJob(result, JobState.QUEUED));
        assertThatThrownBy(() -> third.forUser(USER).resume(id)).isInstanceOf(Died.class);
        assertComplete(next("fourth", mailbox()), id);
    }

    /** As when a job is parked. */
    @Test
    void aRunThatGaveItsSlotUpAndWasNotTakenFromTheQueue() {
        Gate gate = Gate.shut();
        BackfillManager first =
                first(mailbox(FaultScript.builder().block(At.window(2, 1), gate).build()));
        JobId id = first.forUser(USER).start(request()).id();
        gate.awaitEntered(1);
        death.after((method, result) -> method.equals("write") && isJob(result, JobState.QUEUED));
        first.close();
        gate.open();
        assertThat(wire.isCut()).isTrue();
        assertComplete(second(mailbox()), id);
    }

    /** With the end of the slice stored or not. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aSliceThatEndedAndWhoseJobWasNotTakenFromTheQueue(boolean stored) {
        Gate gate = Gate.shut();
        ScriptedSource source =
                mailbox(FaultScript.builder().block(At.window(2, 1), gate).build());
        BackfillManager first = mortal(
                "first",
                source,
                config -> config.maxConcurrentJobs(1).sharing(new Sharing(100, 100, Duration.ofMillis(100))));
        JobId sliced = first.forUser(USER).start(request()).id();
        gate.awaitEntered(1);
        BiPredicate<String, Object> sliceEnds = (method, row) -> method.equals("write") && isJob(row, JobState.QUEUED);
        if (stored) {
            death.after(sliceEnds);
        } else {
            death.before(sliceEnds);
        }
        JobId waiting = first.forUser(USER).start(request("other")).id();
        Until.is("the first to die", wire::isCut);
        BackfillManager second = second(mailbox());
        awaitState(second, waiting, JobState.COMPLETED);
        assertComplete(second, sliced);
    }

    @Test
    void aJobThatWasNotStored() {
        BackfillManager first = first(mailbox());
        death.before((method, stored) -> method.equals("insert"));
        assertThatThrownBy(() -> first.forUser(USER).start(request())).isInstanceOf(Died.class);
        BackfillManager second = second(mailbox());
        assertThat(jobs(second)).isEmpty();
        assertComplete(second, second.forUser(USER).start(request()).id());
    }

    @Test
    void aJobThatWasTakenFromTheQueueAndNotClaimed() {
        BackfillManager first = first(mailbox());
        death.before((method, stored) -> method.equals("claim"));
        JobId id = first.forUser(USER).start(request()).id();
        Until.is("the first to die", wire::isCut);
        assertComplete(second(mailbox()), id);
    }

    @Test
    void aJobThatWasReadToItsEndAndNotStoredAsCompleted() {
        BackfillManager first = first(mailbox());
        death.before((method, stored) -> isJob(stored, JobState.COMPLETED));
        JobId id = first.forUser(USER).start(request()).id();
        Until.is("the first to die", wire::isCut);
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
        assertComplete(second(mailbox()), id);
    }

    /** With the pause stored as done or not, nobody publishes more, and a resume goes on. */
    @ParameterizedTest
    @ValueSource(booleans = {true, false})
    void aRunThatStoppedForAPauseAndWasNotTakenFromTheQueue(boolean stored) {
        Gate gate = Gate.shut();
        BackfillManager first =
                first(mailbox(FaultScript.builder().block(At.window(2, 1), gate).build()));
        JobId id = first.forUser(USER).start(request()).id();
        gate.awaitEntered(1);
        BiPredicate<String, Object> paused = (method, job) -> method.equals("write") && isJob(job, JobState.PAUSED);
        if (stored) {
            death.after(paused);
        } else {
            death.before(paused);
        }
        first.forUser(USER).pause(id);
        Until.is("the first to die", wire::isCut);
        gate.open();
        ScriptedSource untouched = mailbox();
        BackfillManager second = second(untouched);
        awaitState(second, id, JobState.PAUSED);
        QueueTables tables = QueueTables.of(beside);
        Until.is("the execution to go", () -> tables.version(id).isEmpty());
        assertThat(untouched.log().everOpened()).as("nobody ran it").isZero();
        second.forUser(USER).resume(id);
        assertComplete(second, id);
    }

    @Test
    void aResumeThatWasNotStored() {
        Gate gate = Gate.shut();
        BackfillManager first =
                first(mailbox(FaultScript.builder().block(At.window(2, 1), gate).build()));
        JobId id = first.forUser(USER).start(request()).id();
        gate.awaitEntered(1);
        first.forUser(USER).pause(id);
        awaitState(first, id, JobState.PAUSED);
        gate.open();
        death.before((method, stored) -> isJob(stored, JobState.QUEUED));
        assertThatThrownBy(() -> first.forUser(USER).resume(id)).isInstanceOf(Died.class);
        BackfillManager second = second(mailbox());
        assertThat(second.forUser(USER).status(id).state()).isEqualTo(JobState.PAUSED);
        second.forUser(USER).resume(id);
        assertComplete(second, id);
    }

    /** As when a slice ends, a job is parked, or its instance closes. */
    @Test
    void aRunThatEndedAndDidNotGiveItsSlotUp() {
        Gate gate = Gate.shut();
        BackfillManager first =
                first(mailbox(FaultScript.builder().block(At.window(2, 1), gate).build()));
        JobId id = first.forUser(USER).start(request()).id();
        gate.awaitEntered(1);
        death.before((method, stored) -> method.equals("write") && isJob(stored, JobState.QUEUED));
        first.close();
        gate.open();
        assertThat(wire.isCut()).isTrue();
        assertComplete(second(mailbox()), id);
    }

    private static List<JobId> jobs(BackfillManager manager) {
        List<JobId> ids = new ArrayList<>();
        manager.forUser(USER)
                .list(JobFilter.all(), PageRequest.first(10))
                .items()
                .forEach(job -> ids.add(job.id()));
        return ids;
    }
}
