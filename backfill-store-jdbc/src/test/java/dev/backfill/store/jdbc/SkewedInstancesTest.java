package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.core.time.SystemTime;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedAccount;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import javax.sql.DataSource;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Instances whose wall clocks are two hours apart: who is dead, and what may run, is by the database's. */
class SkewedInstancesTest {
    private static final int MESSAGES = 1_000;

    private final StoreEngines engines = new StoreEngines();
    private final SystemTime time = engines.own(new SystemTime());
    private final String schema = Postgres.newSchema();

    @AfterEach
    void close() {
        engines.close();
    }

    private JdbcPersistence store(DataSource way) {
        return engines.own(JdbcPersistence.dataSource(way)
                .schema(schema)
                .heartbeat(Duration.ofMillis(200))
                .missedHeartbeats(10)
                .open());
    }

    private static ScriptedSource mailboxes(FaultScript faults) {
        return ScriptedSource.builder()
                .account("me", ScriptedAccount.of("mine", ScriptedFolder.inbox(MESSAGES)))
                .account("other", ScriptedAccount.of("another", ScriptedFolder.inbox(MESSAGES)))
                .windowMessages(250)
                .faults(faults)
                .build();
    }

    @Test
    void aJobOfOneThatIsAheadIsTakenOverByOneThatIsBehindOnlyWhenItIsDead() {
        CutDataSource wire = new CutDataSource(Postgres.dataSource());
        Gate gate = Gate.shut();
        ScriptedSource ahead =
                mailboxes(FaultScript.builder().block(At.window(2, 1), gate).build());
        ScriptedSource behind = mailboxes(FaultScript.NONE);
        BackfillManager first = engines.engine(
                "ahead",
                ahead,
                store(wire),
                new SkewedTime(Duration.ofHours(1), time),
                config -> config.maxConcurrentJobs(1));
        JobId id = first.forUser(StoreEngines.USER)
                .start(StoreEngines.request("me"))
                .id();
        gate.awaitEntered(1);
        BackfillManager second = engines.engine(
                "behind",
                behind,
                store(Postgres.dataSource()),
                new SkewedTime(Duration.ofHours(-1), time),
                config -> config.maxConcurrentJobs(1));
        // Queued by the one whose clock is ahead, in the future of the one that has room for it.
        JobId queued = first.forUser(StoreEngines.USER)
                .start(StoreEngines.request("other"))
                .id();
        StoreEngines.awaitState(second, queued, JobState.COMPLETED);
        assertThat(StoreEngines.state(second, id)).as("its owner lives").isEqualTo(JobState.RUNNING);
        assertThat(behind.log().everOpened()).isEqualTo(1);

        wire.cut();
        StoreEngines.awaitState(second, id, JobState.COMPLETED);
        gate.open();
        assertThat(second.forUser(StoreEngines.USER).status(id).progress().published())
                .isEqualTo(MESSAGES);
    }
}
