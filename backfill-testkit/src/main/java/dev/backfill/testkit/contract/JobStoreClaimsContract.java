package dev.backfill.testkit.contract;

import static dev.backfill.testkit.contract.StoredJobs.NOW;
import static dev.backfill.testkit.contract.StoredJobs.claim;
import static dev.backfill.testkit.contract.StoredJobs.found;
import static dev.backfill.testkit.contract.StoredJobs.insertAndClaim;
import static dev.backfill.testkit.contract.StoredJobs.job;
import static dev.backfill.testkit.contract.StoredJobs.mailbox;
import static dev.backfill.testkit.contract.StoredJobs.notBefore;
import static dev.backfill.testkit.contract.StoredJobs.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Lease;
import dev.backfill.spi.StaleLeaseException;
import dev.backfill.spi.WantedState;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Claims: who may run a job, and that an epoch tells the owners apart.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface JobStoreClaimsContract extends JobStoreFixture {
    /** State, owner and epoch change, and nothing else. */
    @Test
    default void aClaimMakesAJobRunUnderItsOwner() {
        JobRecord job = job("j1", "user", "account");
        store().insert(job);
        assertThat(store().claim(job.id(), "instance-a", NOW, JobLimits.NONE))
                .contains(new Lease(job.id(), "instance-a", 1));
        assertThat(store().find(job.id()))
                .contains(job.toBuilder()
                        .state(JobState.RUNNING)
                        .owner("instance-a")
                        .epoch(1)
                        .build());
    }

    /** A running job can be taken over: who decides that its owner is dead is not the store. */
    @Test
    default void aRunningJobCanBeTakenOver() {
        JobRecord job = job("j1", "user", "account");
        insertAndClaim(store(), job);
        assertThat(store().claim(job.id(), "instance-b", NOW, JobLimits.NONE))
                .contains(new Lease(job.id(), "instance-b", 2));
        assertThat(found(store(), job.id()).owner()).isEqualTo("instance-b");
    }

    /** The epoch is never reset, so a frozen owner is found out after a pause and a resume, too. */
    @Test
    default void epochsRiseThroughPauseAndResume() {
        JobRecord job = job("j1", "user", "account");
        Lease first = insertAndClaim(store(), job);
        store().update(
                        job.id(),
                        row -> state(row, JobState.PAUSED).toBuilder()
                                .owner(null)
                                .build());
        assertStale(first);
        store().update(job.id(), row -> state(row, JobState.QUEUED));
        assertStale(first);
        Lease second = claim(store(), job.id());
        assertThat(List.of(first.epoch(), second.epoch())).containsExactly(1L, 2L);
        assertStale(first);
        store().write(second, Checkpoint.EMPTY, row -> row);
    }

    private void assertStale(Lease lease) {
        assertThatExceptionOfType(StaleLeaseException.class)
                .isThrownBy(() -> store().write(lease, Checkpoint.EMPTY, row -> row));
    }

    /** Only QUEUED and RUNNING jobs are run. */
    @Test
    default void aJobInAnotherStateIsNotClaimed() {
        JobRecord job = job("j1", "user", "account");
        store().insert(job);
        for (JobState other : List.of(JobState.PAUSED, JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)) {
            JobRecord row = store().update(job.id(), stored -> state(stored, other));
            assertThat(store().claim(job.id(), "instance-a", NOW, JobLimits.NONE))
                    .as("claim of a job that is %s", other)
                    .isEmpty();
            assertThat(store().find(job.id())).contains(row);
        }
    }

    /** Who shall pause or be cancelled is not run. */
    @Test
    default void aJobWantedToStopIsNotClaimed() {
        JobRecord job = job("j1", "user", "account");
        store().insert(job);
        for (WantedState stop : List.of(WantedState.PAUSE, WantedState.CANCEL)) {
            store().update(job.id(), row -> row.toBuilder().wanted(stop).build());
            assertThat(store().claim(job.id(), "instance-a", NOW, JobLimits.NONE))
                    .as("wanted to %s", stop)
                    .isEmpty();
        }
        assertThat(found(store(), job.id()).epoch()).isZero();
    }

    /** Its owner is gone and could not obey; the new one does. */
    @Test
    default void aRunningJobIsTakenOverWhateverIsWantedOfIt() {
        JobRecord job = job("j1", "user", "account");
        insertAndClaim(store(), job);
        for (WantedState wanted : WantedState.values()) {
            store().update(job.id(), row -> row.toBuilder().wanted(wanted).build());
            assertThat(store().claim(job.id(), "instance-b", NOW, new JobLimits(1, 1)))
                    .as("wanted to %s", wanted)
                    .isPresent();
        }
        assertThat(found(store(), job.id()).wanted()).isEqualTo(WantedState.CANCEL);
    }

    /** A user's running jobs are counted, and nobody else's. */
    @Test
    default void aUserHasNoMoreRunningJobsThanTheLimit() {
        JobLimits limits = new JobLimits(2, 100);
        for (String id : List.of("j1", "j2", "j3")) {
            store().insert(job(id, "user", "account-" + id));
        }
        store().insert(job("other", "other-user", "account"));
        assertThat(store().claim(new JobId("j1"), "instance-a", NOW, limits)).isPresent();
        assertThat(store().claim(new JobId("j2"), "instance-b", NOW, limits)).isPresent();
        assertThat(store().claim(new JobId("j3"), "instance-a", NOW, limits)).isEmpty();
        assertThat(store().claim(new JobId("other"), "instance-a", NOW, limits)).isPresent();
        store().update(new JobId("j1"), row -> state(row, JobState.COMPLETED));
        assertThat(store().claim(new JobId("j3"), "instance-a", NOW, limits)).isPresent();
    }

    /** Limits hold however many claim at once. */
    @Test
    default void ofManyClaimedAtOnceNoMoreRunThanTheLimits() {
        for (int i = 0; i < 12; i++) {
            store().insert(job("job-" + i, "user-" + i % 3, "account-" + i));
        }
        assertThat(Together.run(
                        12,
                        number -> store().claim(new JobId("job-" + number), "instance-a", NOW, new JobLimits(2, 5))))
                .isEmpty();
        assertThat(store().summary(null, JobFilter.all()).jobs()).containsEntry(JobState.RUNNING, 5L);
        for (int user = 0; user < 3; user++) {
            assertThat(store().summary(UserId.of("user-" + user), JobFilter.all())
                            .jobs()
                            .get(JobState.RUNNING))
                    .isBetween(1L, 2L);
        }
    }

    /** The time is inclusive. */
    @Test
    default void aJobIsNotClaimedBeforeItsTime() {
        JobRecord job = notBefore(job("j1", "user", "account"), NOW.plusMillis(1));
        store().insert(job);
        assertThat(store().claim(job.id(), "instance-a", NOW, JobLimits.NONE)).isEmpty();
        assertThat(store().claim(job.id(), "instance-a", NOW.plusMillis(1), JobLimits.NONE))
                .isPresent();
    }

    /** Two accounts can be one mailbox. */
    @Test
    default void aMailboxHasOneRunningJob() {
        JobRecord first = mailbox(job("j1", "user", "me"), "mailbox-1");
        JobRecord second = mailbox(job("j2", "other-user", "shared@example.org"), "mailbox-1");
        insertAndClaim(store(), first);
        store().insert(second);
        assertThat(store().claim(second.id(), "instance-a", NOW, JobLimits.NONE))
                .isEmpty();
        assertThat(store().find(second.id())).contains(second);

        store().update(first.id(), row -> state(row, JobState.PAUSED));
        assertThat(store().claim(second.id(), "instance-a", NOW, JobLimits.NONE))
                .isPresent();
    }

    /** A job does not stand in its own way. */
    @Test
    default void aJobIsTakenOverOnItsOwnMailbox() {
        JobRecord job = mailbox(job("j1", "user", "me"), "mailbox-1");
        insertAndClaim(store(), job);
        assertThat(store().claim(job.id(), "instance-b", NOW, JobLimits.NONE)).isPresent();
    }

    /** Keys of two providers have nothing to do with each other. */
    @Test
    default void theSameKeyAtAnotherProviderIsAnotherMailbox() {
        insertAndClaim(store(), mailbox(job("j1", "user", "me"), "mailbox-1"));
        AccountRef elsewhere = new AccountRef(UserId.of("user"), "elsewhere", "me");
        BackfillRequest request =
                BackfillRequest.builder("elsewhere", "me").build().withDefaults(100, 100);
        JobRecord other = JobRecord.queued(new JobId("j2"), elsewhere, request, NOW, null);
        store().insert(mailbox(other, "mailbox-1"));
        assertThat(store().claim(other.id(), "instance-a", NOW, JobLimits.NONE)).isPresent();
    }

    /** No way into RUNNING leads around the rule. */
    @Test
    default void noChangeMakesASecondJobRunOnAMailbox() {
        JobRecord first = mailbox(job("j1", "user", "me"), "mailbox-1");
        JobRecord second = mailbox(job("j2", "other-user", "shared@example.org"), "mailbox-1");
        insertAndClaim(store(), first);
        store().insert(second);
        assertThatExceptionOfType(JobConflictException.class)
                .isThrownBy(() -> store().update(second.id(), row -> state(row, JobState.RUNNING)))
                .satisfies(conflict -> assertThat(conflict.activeJob()).isEqualTo(first.id()));
        assertThat(store().find(second.id())).contains(second);
    }

    /** Of many that claim at once each gets an epoch of its own, and the last alone may write. */
    @Test
    default void claimsAtOnceGetEpochsOfTheirOwn() {
        JobRecord job = job("j1", "user", "account");
        store().insert(job);
        List<Lease> leases = Collections.synchronizedList(new ArrayList<>());
        assertThat(Together.run(
                        8,
                        number -> store().claim(job.id(), "instance-" + number, NOW, JobLimits.NONE)
                                .ifPresent(leases::add)))
                .isEmpty();
        assertThat(leases)
                .extracting(Lease::epoch)
                .containsExactlyInAnyOrderElementsOf(
                        LongStream.rangeClosed(1, 8).boxed().toList());
        for (Lease lease : leases) {
            if (lease.epoch() == 8) {
                store().write(lease, Checkpoint.EMPTY, row -> row);
            } else {
                assertThatExceptionOfType(StaleLeaseException.class)
                        .isThrownBy(() -> store().write(lease, Checkpoint.EMPTY, row -> row));
            }
        }
    }

    /** Of two jobs on one mailbox that are claimed at once one runs. */
    @Test
    default void ofManyJobsOnAMailboxClaimedAtOnceOneRuns() {
        for (int i = 0; i < 6; i++) {
            store().insert(mailbox(job("job-" + i, "user-" + i, "me"), "mailbox-1"));
        }
        List<Lease> leases = Collections.synchronizedList(new ArrayList<>());
        assertThat(Together.run(
                        6,
                        number -> store().claim(new JobId("job-" + number), "instance-a", NOW, JobLimits.NONE)
                                .ifPresent(leases::add)))
                .isEmpty();
        assertThat(leases).hasSize(1);
        assertThat(store().summary(null, JobFilter.all()).jobs()).containsEntry(JobState.RUNNING, 1L);
    }
}
