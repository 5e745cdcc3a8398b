package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserJobs;
import dev.backfill.api.Waiting;
import dev.backfill.spi.SourceException;
import dev.backfill.testkit.Fault;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Duration;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Commands on jobs that wait for their time or have failed, given on one instance for what another one ran. */
class ParkedJobTest {
    private static final int MESSAGES = 1_000;

    private final StoreEngines engines = new StoreEngines();
    private final String schema = Postgres.newSchema();

    @AfterEach
    void close() {
        engines.close();
    }

    private JdbcPersistence store() {
        return engines.own(JdbcPersistence.dataSource(Postgres.dataSource())
                .schema(schema)
                .heartbeat(Duration.ofMillis(200))
                .open());
    }

    private static ScriptedSource mailbox(FaultScript faults) {
        return ScriptedSource.builder()
                .mailbox(ScriptedFolder.inbox(MESSAGES))
                .windowMessages(250)
                .faults(faults)
                .build();
    }

    /** A job that its provider sent away for hours, and an instance that did not run it. */
    private JobId park(UserJobs jobs) {
        JobId id = jobs.start(StoreEngines.request("me")).id();
        Until.is("the job to be parked", () -> {
            Waiting waiting = jobs.status(id).waiting();
            return jobs.status(id).state() == JobState.QUEUED
                    && waiting != null
                    && waiting.reason() == Waiting.Reason.PARKED;
        });
        return id;
    }

    private BackfillManager parking() {
        return engines.engine(
                "parking",
                mailbox(FaultScript.builder()
                        .fail(At.window(2, 1), 1, Fault.parked(Duration.ofHours(5)))
                        .build()),
                store());
    }

    @Test
    void aParkedJobIsPausedStaysSoAndGoesOnAtOnceWhenItIsResumed() {
        BackfillManager parking = parking();
        UserJobs here = parking.forUser(StoreEngines.USER);
        JobId id = park(here);
        BackfillManager other = engines.engine("other", mailbox(FaultScript.NONE), store());
        UserJobs there = other.forUser(StoreEngines.USER);
        assertThat(there.pause(id).state()).isEqualTo(JobState.PAUSED);
        BackfillJob paused = here.status(id);
        assertThat(paused.state()).isEqualTo(JobState.PAUSED);
        assertThat(paused.waiting()).isNull();
        // Its process was told to leave the mailbox alone for hours, and either may run what comes next.
        parking.close();

        there.resume(id);
        StoreEngines.awaitState(other, id, JobState.COMPLETED);
        assertThat(engines.sink().distinct()).isEqualTo(MESSAGES);
        assertThat(there.status(id).progress().published()).isEqualTo(MESSAGES);
    }

    @Test
    void aParkedJobIsCancelledAndItsAccountFree() {
        BackfillManager parking = parking();
        UserJobs here = parking.forUser(StoreEngines.USER);
        JobId id = park(here);
        BackfillManager other = engines.engine("other", mailbox(FaultScript.NONE), store());
        UserJobs there = other.forUser(StoreEngines.USER);
        assertThat(there.cancel(id).state()).isEqualTo(JobState.CANCELLED);
        assertThat(here.status(id).state()).isEqualTo(JobState.CANCELLED);
        // Its process was told to leave the mailbox alone for hours, and either may run what comes next.
        parking.close();
        JobId next = there.start(StoreEngines.request("me")).id();
        StoreEngines.awaitState(other, next, JobState.COMPLETED);
    }

    @Test
    void aFailedJobIsNotResumedBesideAnotherOfItsAccount() {
        BackfillManager failing = engines.engine(
                "failing",
                mailbox(FaultScript.builder()
                        .fail(At.window(2, 1), 1, Fault.of(SourceException.Kind.FAIL_JOB))
                        .build()),
                store());
        UserJobs here = failing.forUser(StoreEngines.USER);
        JobId failed = here.start(StoreEngines.request("me")).id();
        StoreEngines.awaitState(failing, failed, JobState.FAILED);
        failing.close();
        Gate gate = Gate.shut();
        BackfillManager other = engines.engine(
                "other",
                mailbox(FaultScript.builder().block(At.window(2, 1), gate).build()),
                store());
        UserJobs there = other.forUser(StoreEngines.USER);
        JobId active = there.start(StoreEngines.request("me")).id();
        gate.awaitEntered(1);
        assertThatThrownBy(() -> there.resume(failed))
                .isInstanceOfSatisfying(
                        JobConflictException.class,
                        conflict -> assertThat(conflict.activeJob()).isEqualTo(active));
        assertThat(there.status(failed).state()).isEqualTo(JobState.FAILED);
        gate.open();
        StoreEngines.awaitState(other, active, JobState.COMPLETED);
        there.resume(failed);
        StoreEngines.awaitState(other, failed, JobState.COMPLETED);
        assertThat(there.status(failed).progress().published()).isEqualTo(MESSAGES);
    }
}
