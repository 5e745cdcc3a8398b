package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import java.sql.Connection;
import java.sql.SQLException;
import java.sql.Statement;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Instances that share a PostgreSQL: who runs what, and what becomes of the jobs of one that dies or freezes. */
class SharedJobsTest {
    private static final QueueTimings QUICK = JdbcJobQueueTest.QUICK;
    private static final QueueTimings POLLS_WHEN_TOLD =
            new QueueTimings(Duration.ofHours(1), Duration.ofMillis(200), 4, Duration.ofSeconds(10));

    private final List<JdbcJobQueue> queues = new ArrayList<>();
    private QueueDatabase database;

    @BeforeEach
    void open() {
        database = QueueDatabase.postgres();
    }

    @AfterEach
    void close() {
        queues.forEach(JdbcJobQueue::close);
        database.close();
    }

    private JdbcJobQueue started(String instance, int slots, QueueTables tables, QueueTimings timings, JobRuns runs) {
        JdbcJobQueue queue = new JdbcJobQueue(instance, slots, tables, timings);
        queues.add(queue);
        queue.start(runs, runs::freed);
        return queue;
    }

    private JdbcJobQueue started(String instance, int slots, JobRuns runs) {
        return started(instance, slots, database.tables(), QUICK, runs);
    }

    @Test
    void whatOneOffersAnotherRuns() {
        JobRuns atA = new JobRuns().holdUp("long");
        JobRuns atB = new JobRuns();
        JdbcJobQueue a = started("a", 1, atA);
        a.offer(new JobId("long"));
        atA.awaitBegun("long");
        started("b", 1, atB);
        assertThat(a.offer(new JobId("other"))).isTrue();
        atB.awaitEnded("other");
        assertThat(atA.begun()).containsExactly("long");
        atA.letGo("long");
    }

    @Test
    void roomIsWhatIsFreeHereLessWhatNobodyTook() throws SQLException {
        // Due, and locked by the test, so that no poll takes it.
        database.execute("insert into " + database.executionTable()
                + " (task_name, task_instance, execution_time, picked, version) values ('" + QueueTables.TASK
                + "', 'waits', now() - interval '1 second', false, 1)");
        JobRuns atA = new JobRuns().holdUp("long");
        JobRuns atB = new JobRuns();
        try (Connection connection = database.dataSource().getConnection();
                Statement statement = connection.createStatement()) {
            connection.setAutoCommit(false);
            statement.execute("select 1 from " + database.executionTable() + " for update");
            JdbcJobQueue a = started("a", 1, atA);
            assertThat(a.room()).isZero();
            assertThat(a.offer(new JobId("long"))).isTrue();
            atA.awaitBegun("long");
            assertThat(a.room()).as("never below zero").isZero();
            JdbcJobQueue b = started("b", 2, atB);
            assertThat(b.room()).as("what runs elsewhere takes no room here").isEqualTo(1);
            connection.rollback();
        }
        atB.awaitEnded("waits");
        atA.letGo("long");
    }

    @Test
    void theJobsOfADeadInstanceAreRunElsewhereOnceItsHoldsAreLost() {
        CutDataSource wire = new CutDataSource(database.dataSource());
        JobRuns atA = new JobRuns().holdUp("j1");
        JdbcJobQueue a = started("a", 1, database.tables(wire), QUICK, atA);
        a.offer(new JobId("j1"));
        atA.awaitBegun("j1");
        AtomicBoolean heldByTwo = new AtomicBoolean();
        JobRuns inner = new JobRuns().holdUp("j1");
        JdbcJobQueue b = new JdbcJobQueue("b", 1, database.tables(), QUICK);
        queues.add(b);
        b.start(
                (id, hold) -> {
                    heldByTwo.set(atA.hold("j1").isHeld());
                    return inner.run(id, hold);
                },
                inner::freed);

        wire.cut();
        inner.awaitBegun("j1");
        assertThat(heldByTwo).as("A held the job when B began").isFalse();
        assertThat(inner.hold("j1").isHeld()).isTrue();

        // A wakes, and its run ends: the row is B's.
        wire.mend();
        atA.letGo("j1");
        Until.is("A to be done with it", () -> atA.timesFreed() == 1);
        assertThat(database.executions()).containsExactly("j1*");
        assertThat(inner.hold("j1").isHeld()).isTrue();
        inner.letGo("j1");
        Until.is("B to be done with it", () -> inner.timesFreed() == 1);
        assertThat(database.executions()).isEmpty();
        assertThat(atA.begun()).containsExactly("j1");
    }

    @Test
    void aRunWhoseRowSomebodyElseHasLosesItsHoldWithTheNextHeartbeat() {
        // An hour until the hold would be lost by age.
        QueueTimings patient =
                new QueueTimings(Duration.ofMillis(200), Duration.ofMillis(200), 18_000, Duration.ofSeconds(10));
        JobRuns runs = new JobRuns().holdUp("j1");
        JdbcJobQueue queue = started("a", 1, database.tables(), patient, runs);
        queue.offer(new JobId("j1"));
        runs.awaitBegun("j1");
        assertThat(runs.hold("j1").isHeld()).isTrue();
        database.execute("update " + database.executionTable() + " set version = version + 1, picked_by = 'other'");
        Until.is("the hold to be lost", () -> !runs.hold("j1").isHeld());
        runs.letGo("j1");
    }

    @Test
    void aDatabaseThatIsAwayForAHeartbeatTakesNoHold() {
        QueueTimings patient =
                new QueueTimings(Duration.ofMillis(100), Duration.ofMillis(100), 600, Duration.ofSeconds(10));
        CutDataSource wire = new CutDataSource(database.dataSource());
        JobRuns runs = new JobRuns().holdUp("j1");
        JdbcJobQueue queue = started("a", 1, database.tables(wire), patient, runs);
        queue.offer(new JobId("j1"));
        runs.awaitBegun("j1");
        wire.cut();
        Until.is("some heartbeats to fail", () -> wire.refused() > 12);
        wire.mend();
        assertThat(runs.hold("j1").isHeld()).isTrue();
        runs.letGo("j1");
        Until.is("the job to be settled", () -> database.executions().isEmpty());
    }

    @Test
    void anExecutionOfItsOwnThatAnInstanceTakesForDeadLosesItsHoldFirst() {
        JobRuns runs = new JobRuns().holdUp("j1");
        JdbcJobQueue queue = started("a", 2, runs);
        queue.offer(new JobId("j1"));
        runs.awaitBegun("j1");
        JobQueue.Hold first = runs.hold("j1");
        long picked = database.tables().version(new JobId("j1")).orElseThrow();
        Until.is("the second run", () -> {
            database.execute("update " + database.executionTable()
                    + " set last_heartbeat = now() - interval '1 hour' where version = " + picked);
            return runs.begun().size() == 2;
        });
        assertThat(first.isHeld()).isFalse();
        assertThat(runs.hold("j1").isHeld()).isTrue();
        assertThat(queue.room()).as("one job, and its row").isEqualTo(1);
        runs.letGo("j1");
        Until.is("both to end", () -> runs.timesFreed() == 2);
        assertThat(database.executions()).isEmpty();
    }

    @Test
    void aJobThatRunsNowhereIsHandedOutAgain() {
        database.addRunning("orphan");
        database.addQueued("queued");
        JobRuns runs = new JobRuns();
        started("a", 2, runs);
        runs.awaitEnded("orphan");
        // The handler of this test settles no job, so it comes again.
        database.complete("orphan");
        assertThat(runs.begun()).containsOnly("orphan");
    }

    @Test
    void aJobThatBecomesAnOrphanLaterIsFoundToo() {
        JobRuns runs = new JobRuns();
        started("a", 2, database.tables(), POLLS_WHEN_TOLD, runs);
        database.addRunning("orphan");
        runs.awaitEnded("orphan");
        database.complete("orphan");
    }

    /** Whoever gave it back said when, by a clock that is a day ahead. */
    @Test
    void aRunningJobWhoseExecutionWaitsForTomorrowIsHandedOutAgain() {
        database.addRunning("j1");
        database.execute("insert into " + database.executionTable()
                + " (task_name, task_instance, execution_time, picked, version) values ('" + QueueTables.TASK
                + "', 'j1', now() + interval '1 day', false, 3)");
        JobRuns runs = new JobRuns();
        started("a", 1, runs);
        runs.awaitEnded("j1");
        database.complete("j1");
    }

    @Test
    void aHandlerThatThrowsIsNotCalledAgainByItself() {
        JobRuns after = new JobRuns();
        AtomicBoolean thrown = new AtomicBoolean();
        JdbcJobQueue queue = new JdbcJobQueue("a", 1, database.tables(), QUICK);
        queues.add(queue);
        queue.start(
                (id, hold) -> {
                    if (id.value().equals("bad")) {
                        thrown.set(true);
                        throw new IllegalStateException("planted by the test");
                    }
                    return after.run(id, hold);
                },
                after::freed);
        queue.offer(new JobId("bad"));
        Until.is("the broken run to be over", () -> after.timesFreed() == 1);
        assertThat(thrown).isTrue();
        assertThat(database.executions()).isEmpty();
        assertThat(queue.room()).isEqualTo(1);
        assertThat(queue.offer(new JobId("bad")))
                .as("whoever wants it run offers it again")
                .isTrue();
        queue.offer(new JobId("good"));
        after.awaitEnded("good");
    }

    @Test
    void whoOffersAParkedJobKnowsBetter() {
        JobRuns runs = new JobRuns();
        QueueTables tables = database.tables();
        runs.answer("j1", new JobQueue.Result.Again(tables.time().plusSeconds(3_600)));
        JdbcJobQueue queue = started("a", 1, tables, QUICK, runs);
        queue.offer(new JobId("j1"));
        Until.is("the job to be parked", () -> runs.timesFreed() == 1);
        assertThat(database.executions()).containsExactly("j1");
        assertThat(queue.room()).as("a parked job takes no room").isEqualTo(1);
        runs.answer("j1", new JobQueue.Result.Done());
        assertThat(queue.offer(new JobId("j1"))).isTrue();
        Until.is("the second run", () -> runs.timesFreed() == 2);
        assertThat(database.executions()).isEmpty();
    }

    @Test
    void closingInterruptsWhatDoesNotEndAndSettlesItAllTheSame() {
        QueueTimings hasty =
                new QueueTimings(Duration.ofMillis(200), Duration.ofMillis(200), 4, Duration.ofMillis(200));
        JobRuns runs = new JobRuns().holdUp("j1");
        JdbcJobQueue queue = started("a", 1, database.tables(new CutDataSource(database.dataSource())), hasty, runs);
        queue.offer(new JobId("j1"));
        runs.awaitBegun("j1");
        queue.offer(new JobId("waits"));
        queue.close();
        assertThat(runs.ended()).containsExactly("j1 interrupted");
        assertThat(database.executions())
                .as("others may have what did not begin")
                .containsExactly("waits");
        JobRuns others = new JobRuns();
        started("b", 1, others);
        others.awaitEnded("waits");
    }

    @Test
    void theThreadsAreNamedAndEndWithTheQueue() {
        JobRuns runs = new JobRuns().holdUp("j1");
        JdbcJobQueue queue = started("named", 1, runs);
        queue.offer(new JobId("j1"));
        runs.awaitBegun("j1");
        assertThat(threads("backfill-named-"))
                .contains("backfill-named-job-1", "backfill-named-poll", "backfill-named-keep-1");
        assertThat(threads("db-scheduler")).isEmpty();
        runs.letGo("j1");
        queue.close();
        Until.is("the threads to end", () -> threads("backfill-named-").isEmpty());
    }

    private static List<String> threads(String prefix) {
        return Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith(prefix))
                .toList();
    }
}
