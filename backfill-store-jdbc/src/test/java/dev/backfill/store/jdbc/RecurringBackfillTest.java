package dev.backfill.store.jdbc;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillException;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.api.PageRequest;
import dev.backfill.api.RecurringBackfill;
import dev.backfill.api.Schedule;
import dev.backfill.api.ScheduleId;
import dev.backfill.api.ScheduleNotFoundException;
import dev.backfill.api.UserId;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.EngineConfig;
import dev.backfill.spi.Persistence;
import dev.backfill.spi.ScheduleRecord;
import dev.backfill.spi.ScheduleStore;
import dev.backfill.spi.StoreException;
import dev.backfill.testkit.FaultScript;
import dev.backfill.testkit.FaultScript.At;
import dev.backfill.testkit.Gate;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Recurring backfills with the whole engine and two instances that look for what is due. */
class RecurringBackfillTest {
    private static final UserId USER = UserId.of("u1");
    private static final Schedule HOURLY = new Schedule.Cron("0 0 * * * *", ZoneOffset.UTC);

    @TempDir
    Path folder;

    private final Gate gate = Gate.shut();
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(50)).build();
    private final RecordingSink sink = new RecordingSink();
    private final List<BackfillManager> engines = new ArrayList<>();
    private JdbcPersistence store;

    @BeforeEach
    void openShared() {
        store = JdbcPersistence.dataSource(Postgres.dataSource())
                .schema(Postgres.newSchema())
                .open();
        engines.add(engine("one"));
        engines.add(engine("two"));
    }

    private void openFile() {
        store = JdbcPersistence.file(folder.resolve("jobs.db")).open();
        engines.add(engine("alone"));
    }

    private BackfillManager engine(String name) {
        return engine(name, store);
    }

    private BackfillManager engine(String name, Persistence persistence) {
        return Backfill.builder()
                .autoDiscovery(false)
                .environment(variable -> null)
                .source(source)
                .sink(sink)
                .store(persistence)
                .config(EngineConfig.builder()
                        .instanceName(name)
                        .sweepInterval(Duration.ofMillis(20))
                        .build())
                .accessTokens(account -> () -> "token")
                .build();
    }

    @AfterEach
    void close() {
        gate.open();
        shut();
    }

    private void shut() {
        engines.forEach(BackfillManager::close);
        engines.clear();
        store.close();
    }

    private UserJobs jobs() {
        return engines.get(0).forUser(USER);
    }

    private static BackfillRequest request() {
        return BackfillRequest.builder(ScriptedSource.DEFAULT_ID, "me")
                .mode(Mode.INCREMENTAL)
                .build();
    }

    private static void await(String what, BooleanSupplier condition) {
        long end = System.nanoTime() + ManualTime.PATIENCE.toNanos();
        while (!condition.getAsBoolean()) {
            if (System.nanoTime() > end) {
                throw new AssertionError("waited too long for " + what);
            }
            Thread.onSpinWait();
        }
    }

    /** As if so much time had passed that the schedule should have run hours ago. */
    private void makeDue(ScheduleId id) {
        store.schedules().update(id, row -> row.dueAt(Instant.now().minus(Duration.ofHours(10))));
    }

    private ScheduleRecord stored(ScheduleId id) {
        return store.schedules().find(id).orElseThrow();
    }

    private JobId awaitJob(ScheduleId id) {
        await("a job of the schedule", () -> stored(id).lastJob() != null);
        return stored(id).lastJob();
    }

    private int jobCount() {
        return jobs().list(JobFilter.all(), PageRequest.first()).items().size();
    }

    private void awaitCompleted(JobId id) {
        await("the end of " + id, () -> jobs().status(id).state().isTerminal());
        assertThat(jobs().status(id).state()).isEqualTo(JobState.COMPLETED);
    }

    @Test
    void aMissedRunIsCaughtUpOnceThoughTwoInstancesLook() {
        RecurringBackfill schedule = jobs().schedule(request(), HOURLY);
        assertThat(schedule.nextAt()).isAfter(Instant.now());
        makeDue(schedule.id());

        awaitCompleted(awaitJob(schedule.id()));

        assertThat(jobCount()).isEqualTo(1);
        assertThat(stored(schedule.id()).nextAt())
                .isBetween(Instant.now().minusSeconds(1), Instant.now().plusSeconds(3_601));
        assertThat(sink.distinct()).isEqualTo(50);
    }

    @Test
    void aScheduleGoesOnInTheNextProcessWhereItWas() {
        shut();
        openFile();
        RecurringBackfill schedule = jobs().schedule(request(), HOURLY);
        makeDue(schedule.id());
        JobId first = awaitJob(schedule.id());
        awaitCompleted(first);
        shut();

        openFile();
        assertThat(jobs().schedules(PageRequest.first()).items())
                .extracting(RecurringBackfill::id)
                .containsExactly(schedule.id());
        for (int i = 0; i < 3; i++) {
            source.account().add("inbox", "new-" + i, Instant.now());
        }
        makeDue(schedule.id());
        await("the second run", () -> !first.equals(stored(schedule.id()).lastJob()));
        awaitCompleted(stored(schedule.id()).lastJob());
        assertThat(jobCount()).isEqualTo(2);
        assertThat(sink.distinct()).as("what was there, and what came").isEqualTo(53);
        assertThat(sink.duplicates())
                .as("it begins at the pins of the run before")
                .isZero();
    }

    @Test
    void aRunStillGoingIsNotStartedTwice() {
        source.faults(FaultScript.builder().block(At.window(0, 0), gate).build());
        RecurringBackfill schedule = jobs().schedule(request(), HOURLY);
        makeDue(schedule.id());
        JobId first = awaitJob(schedule.id());
        gate.awaitEntered(1);
        makeDue(schedule.id());

        await("the skip", () -> stored(schedule.id()).lastSkippedAt() != null);
        assertThat(jobCount()).isEqualTo(1);
        assertThat(stored(schedule.id()).lastJob()).isEqualTo(first);
        gate.open();
        awaitCompleted(first);
    }

    @Test
    void aFixedDelayCountsFromTheEndOfTheRunBefore() {
        RecurringBackfill schedule = jobs().schedule(request(), new Schedule.FixedDelay(Duration.ofHours(2)));
        makeDue(schedule.id());
        JobId first = awaitJob(schedule.id());
        awaitCompleted(first);
        Instant ended = store.jobs().find(first).orElseThrow().times().ended();
        makeDue(schedule.id());

        await("the move", () -> stored(schedule.id()).nextAt().isAfter(Instant.now()));
        assertThat(stored(schedule.id()).nextAt()).isEqualTo(ended.plus(Duration.ofHours(2)));
        assertThat(jobCount()).isEqualTo(1);
    }

    @Test
    void aPausedScheduleStartsNothingAndAResumedOneCatchesUpOnce() {
        RecurringBackfill schedule = jobs().schedule(request(), HOURLY);
        assertThat(jobs().pauseSchedule(schedule.id()).paused()).isTrue();
        makeDue(schedule.id());
        RecurringBackfill other = jobs().schedule(
                        BackfillRequest.builder(ScriptedSource.DEFAULT_ID, "other")
                                .build(),
                        HOURLY);
        makeDue(other.id());
        awaitJob(other.id());
        assertThat(stored(schedule.id()).lastJob()).isNull();

        jobs().resumeSchedule(schedule.id());

        awaitCompleted(awaitJob(schedule.id()));
        assertThat(jobCount()).isEqualTo(2);
    }

    /** Due before the others, as many as a sweep starts, and with a cron that nobody can read. */
    private List<ScheduleId> addUnreadable() {
        List<ScheduleId> ids = new ArrayList<>();
        for (int i = 0; i < 100; i++) {
            ScheduleId id = new ScheduleId("broken-" + i);
            store.schedules()
                    .insert(new ScheduleRecord(
                            id,
                            new AccountRef(USER, ScriptedSource.DEFAULT_ID, "broken-" + i),
                            request(),
                            new Schedule.Cron("never again", ZoneOffset.UTC),
                            false,
                            Instant.now(),
                            Instant.now().minus(Duration.ofHours(20)),
                            null,
                            null));
            ids.add(id);
        }
        return ids;
    }

    @Test
    void schedulesThatCannotBeStartedLetThoseBehindThemStartAndAreTriedAgainLater() {
        RecurringBackfill behind = jobs().schedule(request(), HOURLY);
        List<ScheduleId> unreadable = addUnreadable();
        makeDue(behind.id());

        awaitCompleted(awaitJob(behind.id()));

        assertThat(unreadable)
                .allSatisfy(id -> assertThat(stored(id).nextAt())
                        .isBetween(Instant.now(), Instant.now().plus(Duration.ofMinutes(5))));
    }

    /** As a database refuses a row that it cannot hold; one that is down is asked by the next sweep. */
    @Test
    void aScheduleThatTheStoreRefusesDoesNotEndTheSweep() {
        RecurringBackfill refused = jobs().schedule(
                        BackfillRequest.builder(ScriptedSource.DEFAULT_ID, "refused")
                                .build(),
                        HOURLY);
        RecurringBackfill behind = jobs().schedule(request(), HOURLY);
        engines.forEach(BackfillManager::close);
        engines.clear();
        store.schedules().update(refused.id(), row -> row.dueAt(Instant.now().minus(Duration.ofHours(20))));
        makeDue(behind.id());

        engines.add(engine("three", refusing("refused")));

        awaitCompleted(awaitJob(behind.id()));
        assertThat(stored(refused.id()).nextAt()).isAfter(Instant.now());
        assertThat(stored(refused.id()).lastJob()).isNull();
    }

    /** The store, which starts nothing for the account. */
    private Persistence refusing(String account) {
        ScheduleStore schedules =
                Interposed.between(ScheduleStore.class, store.schedules(), (method, arguments, real) -> {
                    if (method.equals("fire")
                            && ((ScheduleRecord) arguments[0])
                                    .account()
                                    .account()
                                    .equals(account)) {
                        throw StoreException.refused("refused by the test", new SQLException());
                    }
                    return real.call(arguments);
                });
        return Interposed.between(
                Persistence.class,
                store,
                (method, arguments, real) -> method.equals("schedules") ? schedules : real.call(arguments));
    }

    @Test
    void schedulesAreListedAndRemovedAndAnotherUsersAreNotFound() {
        RecurringBackfill schedule = jobs().schedule(request(), HOURLY);
        UserJobs stranger = engines.get(1).forUser(UserId.of("u2"));
        assertThat(jobs().schedules(PageRequest.first()).items()).containsExactly(schedule);
        assertThat(stranger.schedules(PageRequest.first()).items()).isEmpty();
        assertThatThrownBy(() -> stranger.pauseSchedule(schedule.id())).isInstanceOf(ScheduleNotFoundException.class);
        assertThatThrownBy(() -> stranger.removeSchedule(schedule.id())).isInstanceOf(ScheduleNotFoundException.class);

        jobs().removeSchedule(schedule.id());

        assertThat(jobs().schedules(PageRequest.first()).items()).isEmpty();
        assertThatThrownBy(() -> jobs().resumeSchedule(schedule.id())).isInstanceOf(ScheduleNotFoundException.class);
    }

    @Test
    void aCronThatCannotBeReadIsNamed() {
        assertThatThrownBy(() -> jobs().schedule(request(), new Schedule.Cron("every day", ZoneOffset.UTC)))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("cron");
        assertThat(jobs().schedules(PageRequest.first()).items()).isEmpty();
    }

    @Test
    void memoryKeepsNoSchedules() {
        try (BackfillManager forgetful = Backfill.builder()
                .autoDiscovery(false)
                .source(source)
                .sink(sink)
                .accessTokens(account -> () -> "token")
                .build()) {
            assertThatThrownBy(() -> forgetful.forUser(USER).schedule(request(), HOURLY))
                    .isInstanceOfSatisfying(
                            BackfillException.class,
                            refused -> assertThat(refused.code()).isEqualTo("NO_SCHEDULES"))
                    .hasMessageContaining("backfill-store-jdbc");
        }
    }
}
