package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserJobs;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/**
 * An instance whose machine was stopped with all its clocks, so that its hold looks good when it goes on. The job was paused and
 * resumed meanwhile, and has another execution, which must not be taken for the one that the instance held.
 */
class SleptInstanceTest {
    private static final int MESSAGES = 1_000;

    private final StoreEngines engines = new StoreEngines();
    private final String schema = Postgres.newSchema();
    private final CutDataSource wire = new CutDataSource(Postgres.dataSource());
    private final long stoodStillAt = System.nanoTime();

    @AfterEach
    void close() {
        engines.close();
    }

    private static ScriptedSource mailbox(Gate gate) {
        return ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES))
                .windowMessages(MESSAGES)
                .faults(FaultScript.builder().block(At.window(-1, 3), gate).build())
                .build();
    }

    private Database database(DataSource way) {
        return SharedDatabase.open(way, schema, Tables.DEFAULT_PREFIX, JdbcJobQueueTest.QUICK.standstill());
    }

    @Test
    void whatItRanEndsByTheEpochAndTakesNothingFromWhoHasTheJob() {
        Gate before = Gate.shut();
        Gate after = Gate.shut();
        ScriptedSource slept = mailbox(before);
        ScriptedSource next = mailbox(after);
        QueueTables tables = QueueTables.of(database(Postgres.dataSource()));
        BackfillManager first = engines.engine(
                "slept",
                slept,
                new TestPersistence(database(wire), JdbcJobQueueTest.QUICK, () -> stoodStillAt, () -> 0));
        JobId id = first.forUser(StoreEngines.USER)
                .start(StoreEngines.request("me"))
                .id();
        before.awaitEntered(1);
        long picked = tables.version(id).orElseThrow();
        wire.cut();

        BackfillManager second = engines.engine(
                "next",
                next,
                new TestPersistence(
                        database(Postgres.dataSource()),
                        JdbcJobQueueTest.QUICK,
                        MonotonicTime.SYSTEM,
                        MonotonicTime.WALL_MILLIS));
        UserJobs jobs = second.forUser(StoreEngines.USER);
        after.awaitEntered(1);
        jobs.pause(id);
        StoreEngines.awaitState(second, id, JobState.PAUSED);
        Until.is("the execution to go", () -> tables.version(id).isEmpty());
        jobs.resume(id);
        after.awaitEntered(2);
        Until.is(
                "all before the page that hangs to be stored",
                () -> jobs.status(id).progress().published() == engines.sink().distinct());
        assertThat(tables.version(id).orElseThrow())
                .as("versions do not begin anew")
                .isGreaterThan(picked);
        long stored = engines.sink().distinct();
        long delivered = engines.sink().counts().delivered();

        wire.mend();
        Until.is("the first to give up", () -> slept.log().open() == 0);
        before.open();
        after.open();
        StoreEngines.awaitState(second, id, JobState.COMPLETED);
        assertThat(engines.sink().counts().delivered()).isEqualTo(delivered + MESSAGES - stored);
        assertThat(engines.sink().distinct()).isEqualTo(MESSAGES);
    }
}
