package dev.backfill.testkit.contract;

import static dev.backfill.testkit.contract.StoredJobs.NOW;
import static dev.backfill.testkit.contract.StoredJobs.found;
import static dev.backfill.testkit.contract.StoredJobs.job;
import static dev.backfill.testkit.contract.StoredJobs.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobNotFoundException;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.WantedState;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Rows of a store: what is stored comes back, changes are atomic, an account has one active job.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface JobStoreRowsContract extends JobStoreFixture {
    /** Every field of a request survives. */
    @Test
    default void aNewJobComesBackAsItWasStored() {
        JobRecord rich = StoredJobs.richJob("rich");
        store().insert(rich);
        assertThat(store().find(rich.id())).contains(rich);
    }

    /** Every field of a row survives, also beyond 32 bits. */
    @Test
    default void aRowChangedThroughoutComesBackAsItWasStored() {
        JobRecord job = job("j1", "user", "account");
        store().insert(job);
        JobRecord changed = StoredJobs.changedThroughout(job);
        assertThat(store().update(job.id(), row -> changed)).isEqualTo(changed);
        assertThat(store().find(job.id())).contains(changed);
    }

    /** What is null stays null, also after it was set. */
    @Test
    default void valuesCanBeTakenAwayAgain() {
        JobRecord job = job("j1", "user", "account");
        store().insert(job);
        store().update(job.id(), StoredJobs::changedThroughout);
        JobRecord bare = store().update(
                        job.id(), row -> job.toBuilder().epoch(row.epoch()).build());
        assertThat(store().find(job.id()))
                .contains(job.toBuilder().epoch(bare.epoch()).build());
    }

    /** No method but update minds an unknown job. */
    @Test
    default void anUnknownJobIsNotThere() {
        JobId unknown = new JobId("unknown");
        assertThat(store().find(unknown)).isEmpty();
        assertThat(store().claim(unknown, "instance-a", NOW, JobLimits.NONE)).isEmpty();
        assertThat(store().partitions(unknown)).isEmpty();
        assertThat(store().pins(unknown)).isEmpty();
        assertThat(store().failures(unknown, 0, 10)).isEmpty();
        assertThat(store().failureCount(unknown)).isZero();
        assertThat(store().wanted(List.of(unknown))).isEmpty();
        assertThatExceptionOfType(JobNotFoundException.class).isThrownBy(() -> store().update(unknown, row -> row));
    }

    /** An id is used once. */
    @Test
    default void anIdIsStoredOnce() {
        JobRecord first = job("same", "user", "account");
        store().insert(first);
        JobRecord second = job("same", "user", "other-account");
        assertThatThrownBy(() -> store().insert(second)).isInstanceOf(RuntimeException.class);
        assertThat(store().find(first.id())).contains(first);
    }

    /** The account's active job is named. */
    @Test
    default void anAccountHasOneActiveJob() {
        JobRecord active = job("active", "user", "account");
        store().insert(active);
        assertThatExceptionOfType(JobConflictException.class)
                .isThrownBy(() -> store().insert(job("second", "user", "account")))
                .satisfies(conflict -> assertThat(conflict.activeJob()).isEqualTo(active.id()));
        assertThat(store().find(new JobId("second"))).isEmpty();
    }

    /** PAUSED and RUNNING hold the account as well. */
    @Test
    default void everyActiveStateHoldsTheAccount() {
        JobRecord active = job("active", "user", "account");
        store().insert(active);
        for (JobState held : List.of(JobState.RUNNING, JobState.PAUSED, JobState.QUEUED)) {
            store().update(active.id(), row -> state(row, held));
            assertThatExceptionOfType(JobConflictException.class)
                    .as("second job beside one that is %s", held)
                    .isThrownBy(() -> store().insert(job("second", "user", "account")));
        }
    }

    /** Ended jobs do not stand in the way. */
    @Test
    default void anEndedJobFreesItsAccount() {
        int number = 0;
        for (JobState ended : List.of(JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)) {
            JobRecord job = job("job-" + number++, "user", "account");
            store().insert(job);
            store().update(job.id(), row -> state(row, ended));
        }
        store().insert(job("last", "user", "account"));
        assertThat(store().find(new JobId("last"))).isPresent();
    }

    /** User, provider and account count together. */
    @Test
    default void anotherUserOrProviderIsAnotherAccount() {
        store().insert(job("j1", "user", "account"));
        store().insert(job("j2", "other-user", "account"));
        AccountRef elsewhere = new AccountRef(UserId.of("user"), "elsewhere", "account");
        BackfillRequest request =
                BackfillRequest.builder("elsewhere", "account").build().withDefaults(100, 100);
        store().insert(JobRecord.queued(new JobId("j3"), elsewhere, request, NOW, null));
        assertThat(store().summary(null, JobFilter.all()).jobs()).containsEntry(JobState.QUEUED, 3L);
    }

    /** A failed job cannot be resumed beside a new one. */
    @Test
    default void aJobCannotBecomeActiveBesideAnother() {
        JobRecord failed = job("failed", "user", "account");
        store().insert(failed);
        JobRecord ended = store().update(failed.id(), row -> state(row, JobState.FAILED));
        JobRecord active = job("active", "user", "account");
        store().insert(active);
        assertThatExceptionOfType(JobConflictException.class)
                .isThrownBy(() -> store().update(failed.id(), row -> state(row, JobState.QUEUED)))
                .satisfies(conflict -> assertThat(conflict.activeJob()).isEqualTo(active.id()));
        assertThat(store().find(failed.id())).contains(ended);
    }

    /** Of two starts at once one wins. */
    @Test
    default void ofManyStartsAtOnceOneWins() {
        List<Throwable> errors = Together.run(8, number -> store().insert(job("job-" + number, "user", "account")));
        assertThat(errors).hasSize(7).allSatisfy(error -> assertThat(error).isInstanceOf(JobConflictException.class));
        assertThat(store().summary(null, JobFilter.all()).jobs()).containsEntry(JobState.QUEUED, 1L);
    }

    /** What a change throws is thrown on. */
    @Test
    default void aChangeThatThrowsStoresNothing() {
        JobRecord job = job("j1", "user", "account");
        store().insert(job);
        IllegalStateException mine = new IllegalStateException("mine");
        assertThat(catchThrowable(() -> store().update(job.id(), row -> {
                    throw mine;
                })))
                .isSameAs(mine);
        assertThat(store().find(job.id())).contains(job);
    }

    /** The change sees the row as it is, and its answer is what is stored. */
    @Test
    default void aChangeSeesTheStoredRow() {
        JobRecord job = job("j1", "user", "account");
        store().insert(job);
        store().update(
                        job.id(),
                        row -> row.toBuilder().wanted(WantedState.PAUSE).build());
        assertThat(store().update(job.id(), row -> row).wanted()).isEqualTo(WantedState.PAUSE);
        assertThat(found(store(), job.id()).wanted()).isEqualTo(WantedState.PAUSE);
    }

    /** No change of many at once is lost. */
    @Test
    default void changesAtOnceAreAllKept() {
        JobRecord job = job("j1", "user", "account");
        store().insert(job);
        assertThat(Together.run(8, number -> {
                    for (int i = 0; i < 25; i++) {
                        store().update(job.id(), StoredJobs::countCall);
                    }
                }))
                .isEmpty();
        assertThat(found(store(), job.id()).apiCalls()).isEqualTo(200);
    }

    /** The epoch is the fence: nothing moves it back. */
    @Test
    default void anEpochNeverGoesBack() {
        JobRecord job = job("j1", "user", "account");
        StoredJobs.insertAndClaim(store(), job);
        StoredJobs.claim(store(), job.id());
        // A store may refuse the change or correct it.
        Throwable refused = catchThrowable(
                () -> store().update(job.id(), row -> row.toBuilder().epoch(1).build()));
        assertThat(found(store(), job.id()).epoch())
                .as("refused with %s", refused)
                .isEqualTo(2);
    }

    /** What is wanted is told with the epoch, for known jobs only. */
    @Test
    default void whatIsWantedIsToldForManyJobsAtOnce() {
        JobRecord first = job("j1", "user", "a1");
        JobRecord second = job("j2", "user", "a2");
        StoredJobs.insertAndClaim(store(), first);
        store().insert(second);
        store().update(
                        second.id(),
                        row -> row.toBuilder().wanted(WantedState.CANCEL).build());
        assertThat(store().wanted(List.of(first.id(), second.id(), new JobId("unknown"))))
                .isEqualTo(Map.of(
                        first.id(), new dev.backfill.spi.JobStore.Wanted(WantedState.RUN, 1),
                        second.id(), new dev.backfill.spi.JobStore.Wanted(WantedState.CANCEL, 0)));
        assertThat(store().wanted(List.of())).isEmpty();
    }

    /** A store may be closed more than once. */
    @Test
    default void closingTwiceDoesNothing() {
        store().close();
        store().close();
    }
}
