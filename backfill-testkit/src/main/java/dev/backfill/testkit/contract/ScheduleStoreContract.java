package dev.backfill.testkit.contract;

import static dev.backfill.testkit.contract.StoredJobs.NOW;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Schedule;
import dev.backfill.api.ScheduleId;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.ScheduleRecord;
import dev.backfill.spi.ScheduleStore;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * All that a {@link ScheduleStore} must do, with the {@link JobStore} it starts jobs in.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface ScheduleStoreContract {
    /** A due time that every schedule of the contract is given. */
    Instant NEXT = NOW.plusSeconds(60);

    /**
     * Gives the store under test, empty at the start of each test and the same all through it.
     *
     * @return the store
     */
    ScheduleStore schedules();

    /**
     * Gives the job store beside it.
     *
     * @return the store
     */
    JobStore jobs();

    /** Every field survives, of both kinds of schedule. */
    @Test
    default void aScheduleComesBackAsItWasStored() {
        ScheduleRecord cron = new ScheduleRecord(
                new ScheduleId("cron"),
                StoredJobs.richJob("rich").account(),
                StoredJobs.richJob("rich").request(),
                new Schedule.Cron("0 30 2 * * MON-FRI", ZoneId.of("Europe/Berlin")),
                true,
                NOW,
                NEXT,
                new JobId("the-last"),
                NOW.minusSeconds(5));
        ScheduleRecord delay = schedule("delay", "user", "account");
        schedules().insert(cron);
        schedules().insert(delay);
        assertThat(schedules().find(cron.id())).contains(cron);
        assertThat(schedules().find(delay.id())).contains(delay);
        assertThat(schedules().find(new ScheduleId("unknown"))).isEmpty();
        assertThat(catchThrowable(() -> schedules().insert(delay))).isNotNull();
    }

    /** Pages are a list without gaps, newest first, of one user or all. */
    @Test
    default void schedulesAreListedInPagesNewestFirst() {
        for (int i = 0; i < 5; i++) {
            ScheduleRecord made = schedule("s" + i, i == 3 ? "other" : "user", "account-" + i);
            schedules().insert(created(made, NOW.plusSeconds(i / 2)));
        }
        assertThat(walk(null)).containsExactly("s4", "s3", "s2", "s1", "s0");
        assertThat(walk(UserId.of("user"))).containsExactly("s4", "s2", "s1", "s0");
        assertThat(walk(UserId.of("nobody"))).isEmpty();
        assertThatExceptionOfType(InvalidRequestException.class)
                .isThrownBy(() -> schedules().list(null, new PageRequest(2, "garbage")));
    }

    private List<String> walk(@Nullable UserId user) {
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            Page<ScheduleRecord> page = schedules().list(user, new PageRequest(2, cursor));
            page.items().forEach(row -> seen.add(row.id().value()));
            cursor = page.nextCursor();
        } while (cursor != null && seen.size() < 100);
        return seen;
    }

    /** What is due, the longest due first; what is paused or to come is not. */
    @Test
    default void whatIsDueIsFound() {
        schedules().insert(schedule("late", "user", "a").dueAt(NOW.minusSeconds(9)));
        schedules().insert(schedule("now", "user", "b").dueAt(NOW));
        schedules().insert(schedule("to-come", "user", "c").dueAt(NOW.plusMillis(1)));
        schedules()
                .insert(schedule("paused", "user", "d")
                        .dueAt(NOW.minusSeconds(99))
                        .paused(true));
        schedules().insert(schedule("later", "user", "e").dueAt(NOW.minusSeconds(5)));
        assertThat(dueIds(10)).containsExactly("late", "later", "now");
        assertThat(dueIds(2)).containsExactly("late", "later");
        assertThat(schedules().update(new ScheduleId("paused"), row -> row.paused(false)))
                .isPresent();
        assertThat(dueIds(1)).containsExactly("paused");
    }

    private List<String> dueIds(int limit) {
        return schedules().due(NOW, limit).stream().map(row -> row.id().value()).toList();
    }

    /** A change sees the stored row; what it throws is thrown on and stores nothing. */
    @Test
    default void aScheduleIsChangedUnderALock() {
        ScheduleRecord made = schedule("s", "user", "account");
        schedules().insert(made);
        assertThat(schedules().update(made.id(), row -> row.skipped(NOW, NEXT.plusSeconds(1))))
                .contains(made.skipped(NOW, NEXT.plusSeconds(1)));
        IllegalStateException mine = new IllegalStateException("mine");
        assertThat(catchThrowable(() -> schedules().update(made.id(), row -> {
                    throw mine;
                })))
                .isSameAs(mine);
        assertThat(schedules().find(made.id())).contains(made.skipped(NOW, NEXT.plusSeconds(1)));
        assertThat(schedules().update(new ScheduleId("unknown"), row -> row)).isEmpty();
    }

    /** A removed schedule is gone, once. */
    @Test
    default void aScheduleIsRemovedOnce() {
        ScheduleRecord made = schedule("s", "user", "account");
        schedules().insert(made);
        assertThat(schedules().delete(made.id())).isTrue();
        assertThat(schedules().delete(made.id())).isFalse();
        assertThat(schedules().find(made.id())).isEmpty();
    }

    /** Job and schedule are one write. */
    @Test
    default void firingStoresTheJobAndMovesTheSchedule() {
        ScheduleRecord made = schedule("s", "user", "account");
        schedules().insert(made);
        JobRecord job = StoredJobs.job("j1", "user", "account");
        assertThat(schedules().fire(made, job, NEXT.plusSeconds(60))).isTrue();
        assertThat(jobs().find(job.id())).contains(job);
        assertThat(schedules().find(made.id())).contains(made.started(job.id(), NEXT.plusSeconds(60)));
    }

    /** Whoever saw an old row starts nothing. */
    @Test
    default void aScheduleThatChangedSinceStartsNothing() {
        ScheduleRecord made = schedule("s", "user", "account");
        schedules().insert(made);
        schedules().update(made.id(), row -> row.paused(true));
        assertThat(fire(made, "j1")).as("paused since").isFalse();
        schedules().update(made.id(), row -> row.paused(false).dueAt(NEXT.plusSeconds(1)));
        assertThat(fire(made, "j2")).as("moved since").isFalse();
        schedules().delete(made.id());
        assertThat(fire(made, "j3")).as("removed since").isFalse();
        assertThat(jobs().summary(null, JobFilter.all()).jobs()).containsEntry(JobState.QUEUED, 0L);
    }

    /** A run still going is not started twice, and the schedule stays due. */
    @Test
    default void aBusyAccountIsAConflictThatStoresNothing() {
        ScheduleRecord made = schedule("s", "user", "account");
        schedules().insert(made);
        JobRecord active = StoredJobs.job("active", "user", "account");
        jobs().insert(active);
        assertThatExceptionOfType(JobConflictException.class)
                .isThrownBy(() -> fire(made, "j1"))
                .satisfies(conflict -> assertThat(conflict.activeJob()).isEqualTo(active.id()));
        assertThat(schedules().find(made.id())).contains(made);
        assertThat(jobs().find(new JobId("j1"))).isEmpty();
    }

    /** However many instances see a schedule due at once, one starts its job. */
    @Test
    default void ofManyThatFireAtOnceOneStartsAJob() {
        for (int round = 0; round < 5; round++) {
            ScheduleRecord made = schedule("s" + round, "user", "account-" + round);
            schedules().insert(made);
            AtomicInteger started = new AtomicInteger();
            String prefix = "job-" + round + "-";
            assertThat(Together.run(4, number -> {
                        JobRecord job = StoredJobs.job(
                                prefix + number, "user", made.account().account());
                        if (schedules().fire(made, job, NEXT.plusSeconds(60))) {
                            started.incrementAndGet();
                        }
                    }))
                    .isEmpty();
            assertThat(started).hasValue(1);
        }
        assertThat(jobs().summary(null, JobFilter.all()).jobs()).containsEntry(JobState.QUEUED, 5L);
    }

    /** Cron is read in its zone, a delay from the time given; both are due after it. */
    @Test
    default void nextIsTheFirstDueTimeAfter() {
        Instant ten = Instant.parse("2026-03-02T10:00:00Z");
        assertThat(schedules().next(new Schedule.Cron("0 0 * * * *", ZoneOffset.UTC), ten))
                .isEqualTo(ten.plusSeconds(3_600));
        assertThat(schedules().next(new Schedule.Cron("0 30 2 * * *", ZoneId.of("Asia/Tokyo")), ten))
                .isEqualTo(Instant.parse("2026-03-02T17:30:00Z"));
        assertThat(schedules().next(new Schedule.FixedDelay(Duration.ofMinutes(7)), ten))
                .isEqualTo(ten.plusSeconds(420));
    }

    /** What cannot be read, or never comes, is refused. */
    @Test
    default void aCronThatIsNoneIsRefused() {
        for (String none : List.of("", "nonsense", "* * * * *", "0 0 25 * * *", "0 0 0 30 2 *", "-")) {
            assertThatExceptionOfType(InvalidRequestException.class)
                    .as("cron \"%s\"", none)
                    .isThrownBy(() -> schedules().next(new Schedule.Cron(none, ZoneOffset.UTC), NOW));
        }
    }

    private boolean fire(ScheduleRecord seen, String job) {
        return schedules()
                .fire(
                        seen,
                        StoredJobs.job(
                                job,
                                seen.account().user().value(),
                                seen.account().account()),
                        NEXT.plusSeconds(60));
    }

    private static ScheduleRecord schedule(String id, String user, String account) {
        BackfillRequest request = BackfillRequest.builder("scripted", account).build();
        return new ScheduleRecord(
                new ScheduleId(id),
                StoredJobs.ref(user, account),
                request,
                new Schedule.FixedDelay(Duration.ofHours(1)),
                false,
                NOW,
                NEXT,
                null,
                null);
    }

    private static ScheduleRecord created(ScheduleRecord row, Instant at) {
        return new ScheduleRecord(
                row.id(), row.account(), row.request(), row.schedule(), row.paused(), at, row.nextAt(), null, null);
    }
}
