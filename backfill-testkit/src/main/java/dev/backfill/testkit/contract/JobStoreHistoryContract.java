package dev.backfill.testkit.contract;

import static dev.backfill.testkit.contract.StoredJobs.NOW;
import static dev.backfill.testkit.contract.StoredJobs.insertAndClaim;
import static dev.backfill.testkit.contract.StoredJobs.job;
import static dev.backfill.testkit.contract.StoredJobs.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.PageRequest;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/**
 * Many jobs come at once, and old ones go.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface JobStoreHistoryContract extends JobStoreFixture {
    /** One account's conflict, with a stored job or within the list, leaves the others alone. */
    @Test
    default void manyJobsAreStoredAtOnceButTheRefused() {
        store().insert(job("before", "user", "account-3"));
        List<JobRecord> jobs = new ArrayList<>();
        for (int i = 0; i < 2_500; i++) {
            jobs.add(job("job-" + i, "user", "account-" + i).toBuilder()
                    .bulkId("bulk-1")
                    .build());
        }
        jobs.add(job("twin", "user", "account-2"));
        Map<JobId, JobId> refused = new HashMap<>();
        store().insertAll(jobs).forEach((id, conflict) -> refused.put(id, conflict.activeJob()));
        assertThat(refused)
                .isEqualTo(Map.of(
                        new JobId("job-3"), new JobId("before"),
                        new JobId("twin"), new JobId("job-2")));
        assertThat(store().summary(null, JobFilter.all()).jobs()).containsEntry(JobState.QUEUED, 2_500L);
        assertThat(store().summary(null, JobFilter.bulk("bulk-1")).jobs()).containsEntry(JobState.QUEUED, 2_499L);
        assertThat(store().list(null, JobFilter.bulk("bulk-2"), PageRequest.first(10))
                        .items())
                .isEmpty();
    }

    /** Nothing to store is nothing to do. */
    @Test
    default void anEmptyListIsStored() {
        assertThat(store().insertAll(List.of())).isEmpty();
    }

    /** Old ended jobs go, with all that hangs on them; young and active ones stay. */
    @Test
    default void jobsThatEndedBeforeATimeAreForgotten() {
        insertEnded("old", "a", NOW.minusSeconds(100), JobState.FAILED);
        insertEnded("young", "b", NOW.minusSeconds(10), JobState.CANCELLED);
        store().insert(job("active", "user", "c", 5, NOW.minusSeconds(1_000)));
        assertThat(store().forget(NOW.minusSeconds(50), 100, 10)).isEqualTo(1);
        assertThat(store().find(new JobId("old"))).isEmpty();
        assertThat(store().partitions(new JobId("old"))).isEmpty();
        assertThat(store().failureCount(new JobId("old"))).isZero();
        assertThat(store().find(new JobId("young"))).isPresent();
        assertThat(store().find(new JobId("active"))).isPresent();
        assertThat(store().forget(NOW.minusSeconds(50), 100, 10)).isZero();
    }

    /** Of too many the first to end go first, a piece at a time. */
    @Test
    default void ofTooManyTheFirstToEndAreForgotten() {
        for (int i = 0; i < 6; i++) {
            insertEnded("job-" + i, "account-" + i, NOW.minusSeconds(100 - i), JobState.COMPLETED);
        }
        assertThat(store().forget(Instant.EPOCH, 2, 3)).isEqualTo(3);
        assertThat(store().find(new JobId("job-2"))).isEmpty();
        assertThat(store().find(new JobId("job-3"))).isPresent();
        assertThat(store().forget(Instant.EPOCH, 2, 3)).isEqualTo(1);
        assertThat(store().find(new JobId("job-4"))).isPresent();
        assertThat(store().forget(Instant.EPOCH, 0, 10)).isEqualTo(2);
    }

    /** An incremental run begins at the pins of the last completed one. */
    @Test
    default void theNewestCompletedJobWithPinsIsNotForgotten() {
        insertPinned("first", "a", NOW.minusSeconds(300));
        insertPinned("second", "a", NOW.minusSeconds(200));
        insertPinned("elsewhere", "b", NOW.minusSeconds(250));
        insertEnded("failed", "a", NOW.minusSeconds(100), JobState.FAILED);
        assertThat(store().forget(NOW, 0, 10)).isEqualTo(2);
        assertThat(store().pins(new JobId("second"))).containsOnlyKeys("scope");
        assertThat(store().find(new JobId("elsewhere"))).isPresent();
        assertThat(store().find(new JobId("first"))).isEmpty();
    }

    /** One that ended at its bound has pins too, but mail before them that was never read. */
    @Test
    default void aLimitedJobDoesNotStandInForTheWholeOneBefore() {
        insertPinned("whole", "a", NOW.minusSeconds(300));
        insertPinned("limited", "a", NOW.minusSeconds(200));
        store().update(
                        new JobId("limited"),
                        row -> row.toBuilder().limited(true).build());
        assertThat(store().forget(NOW, 0, 10)).isEqualTo(1);
        assertThat(store().find(new JobId("whole"))).isPresent();
    }

    /** A retry reads the failures of its job as it goes. */
    @Test
    default void aJobWhoseFailuresAreBeingTriedAgainIsNotForgotten() {
        insertEnded("failed", "a", NOW.minusSeconds(100), JobState.FAILED);
        JobRecord like = job("retry", "user", "a");
        store().insert(JobRecord.queued(like.id(), like.account(), like.request(), NOW, new JobId("failed")));
        assertThat(store().forget(NOW, 0, 10)).isZero();
        store().update(like.id(), row -> state(row, JobState.CANCELLED));
        assertThat(store().forget(NOW.plusSeconds(1), 0, 10)).isEqualTo(2);
    }

    private void insertEnded(String id, String account, Instant end, JobState state) {
        JobRecord job = job(id, "user", account, 5, end.minusSeconds(5));
        Lease lease = insertAndClaim(store(), job);
        Checkpoint checkpoint = new Checkpoint(
                List.of(PartitionRecord.fresh(Partition.window("scope", null, null), 0)), Map.of(), List.of());
        store().write(lease, checkpoint, row -> ended(row, end, state));
    }

    private void insertPinned(String id, String account, Instant end) {
        JobRecord job = job(id, "user", account, 5, end.minusSeconds(5));
        Lease lease = insertAndClaim(store(), job);
        store().write(
                        lease,
                        new Checkpoint(List.of(), Map.of("scope", "token"), List.of()),
                        row -> ended(row, end, JobState.COMPLETED));
    }

    private static JobRecord ended(JobRecord row, Instant end, JobState state) {
        JobRecord.JobTimes times = row.times();
        return state(row, state).toBuilder()
                .times(new JobRecord.JobTimes(
                        times.created(),
                        times.queued(),
                        null,
                        times.started(),
                        end,
                        times.paused(),
                        times.resumed(),
                        times.progressed()))
                .build();
    }
}
