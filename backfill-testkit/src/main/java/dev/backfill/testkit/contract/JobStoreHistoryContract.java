package dev.backfill.testkit.contract;

import static dev.backfill.testkit.contract.StoredJobs.NOW;
import static dev.backfill.testkit.contract.StoredJobs.insertAndClaim;
import static dev.backfill.testkit.contract.StoredJobs.job;
import static dev.backfill.testkit.contract.StoredJobs.mailbox;
import static dev.backfill.testkit.contract.StoredJobs.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Mode;
import dev.backfill.api.PageRequest;
import dev.backfill.spi.Baselines;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Lease;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Position;
import dev.backfill.spi.Replays;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
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

    /** What a job of one folder read does not stand in for the whole mailbox, nor this year for all of them. */
    @Test
    default void aJobFromWhichAnotherRequestWouldBeginIsNotForgotten() {
        insertPinned("whole", "a", NOW.minusSeconds(900), request -> request);
        insertPinned("deleted-too", "a", NOW.minusSeconds(800), request -> request.includeDeleted(true));
        insertPinned("inbox-before", "a", NOW.minusSeconds(700), request -> request.folders(List.of("inbox", "sent")));
        insertPinned("since", "a", NOW.minusSeconds(600), request -> request.from(Instant.EPOCH));
        insertPinned("until", "a", NOW.minusSeconds(500), request -> request.to(NOW));
        insertPinned("inbox", "a", NOW.minusSeconds(400), request -> request.folders(List.of("sent", "inbox")));
        assertThat(store().forget(NOW, 0, 10)).isEqualTo(1);
        assertThat(store().find(new JobId("inbox-before"))).isEmpty();
        insertPinned("whole-again", "a", NOW.minusSeconds(300), request -> request);
        assertThat(store().forget(NOW, 0, 10))
                .as("the ranges within it, and the one before")
                .isEqualTo(3);
        assertThat(store().find(new JobId("deleted-too"))).isPresent();
        assertThat(store().find(new JobId("inbox"))).isPresent();
        assertThat(store().find(new JobId("whole-again"))).isPresent();
    }

    /** "me" may be another mailbox by now. */
    @Test
    default void aJobOfAnotherMailboxDoesNotStandInForTheOneBefore() {
        insertPinned("mine", "a", NOW.minusSeconds(300));
        insertPinned("theirs", "a", NOW.minusSeconds(200));
        store().update(new JobId("theirs"), row -> mailbox(row, "another"));
        assertThat(store().forget(NOW, 0, 10)).isZero();
    }

    /** Requests whose range moves on each time would be kept for ever. */
    @Test
    default void ofRequestsThatAlwaysDifferOnlyTheNewestAreKept() {
        int jobs = Baselines.MOST_OF_ACCOUNT + 3;
        for (int i = 0; i < jobs; i++) {
            Instant from = Instant.EPOCH.plusSeconds(i);
            insertPinned("job-" + i, "a", NOW.minusSeconds(900 - i), request -> request.from(from));
        }
        assertThat(store().forget(NOW, 0, 2)).isEqualTo(2);
        assertThat(store().forget(NOW, 0, 100)).isEqualTo(1);
        assertThat(store().find(new JobId("job-2"))).isEmpty();
        assertThat(store().find(new JobId("job-3"))).isPresent();
    }

    /** Those that must stay do not stand before those that may go. */
    @Test
    default void jobsBehindManyThatStayAreForgotten() {
        for (int i = 0; i < 10; i++) {
            insertPinned("whole-" + i, "account-" + i, NOW.minusSeconds(900 - i));
            insertPinned(
                    "inbox-" + i,
                    "account-" + i,
                    NOW.minusSeconds(800 - i),
                    request -> request.folders(List.of("inbox")));
        }
        insertEnded("last", "a", NOW.minusSeconds(100), JobState.FAILED);
        assertThat(store().forget(NOW, 0, 2)).isEqualTo(1);
        assertThat(store().find(new JobId("last"))).isEmpty();
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

    /** What it told no later job would know, had it to begin at the last whole one. */
    @Test
    default void aJobThatEndedEarlyIsNotForgottenUntilOneStandsInForIt() {
        insertEarly("first", NOW.minusSeconds(500), Mode.INCREMENTAL, List.of());
        insertEarly("second", NOW.minusSeconds(400), Mode.INCREMENTAL, List.of());
        insertEarly("everything", NOW.minusSeconds(300), Mode.FULL, List.of());
        assertThat(store().forget(NOW, 0, 10)).isEqualTo(1);
        assertThat(store().find(new JobId("first"))).isEmpty();
        insertPinned("inbox", "a", NOW.minusSeconds(200), request -> request.folders(List.of("inbox")));
        assertThat(store().forget(NOW, 0, 10)).as("nor for the others").isZero();
        insertPinned("whole", "a", NOW.minusSeconds(100));
        assertThat(store().forget(NOW, 0, 10)).isEqualTo(2);
        assertThat(store().find(new JobId("whole"))).isPresent();
    }

    /** They are read by the one that goes on, or by that one's successor. */
    @Test
    default void aJobWhoseFailuresAnUnfinishedOneHasStillToReadIsNotForgotten() {
        insertEarly("read", NOW.minusSeconds(500), Mode.INCREMENTAL, List.of());
        insertEarly("unread", NOW.minusSeconds(400), Mode.INCREMENTAL, List.of());
        insertEarly("unread-changes", NOW.minusSeconds(300), Mode.INCREMENTAL, List.of());
        List<PartitionRecord> plan = List.of(
                replay(Replays.all(new JobId("read")), 0, true),
                replay(Replays.all(new JobId("unread")), 1, false),
                replay(Replays.changes(new JobId("unread-changes")), 2, false));
        insertEarly("reader", NOW.minusSeconds(200), Mode.INCREMENTAL, plan);
        assertThat(store().forget(NOW, 0, 10)).isEqualTo(1);
        assertThat(store().find(new JobId("read"))).isEmpty();
        insertPinned("whole", "a", NOW.minusSeconds(100));
        assertThat(store().forget(NOW, 0, 10)).isEqualTo(3);
    }

    /** It would fail, and could not end in any later life either. */
    @Test
    default void aJobWhoseFailuresAnActiveOneReadsBesidesOtherThingsIsNotForgotten() {
        insertEarly("failed", NOW.minusSeconds(500), Mode.INCREMENTAL, List.of());
        insertPinned("whole", "a", NOW.minusSeconds(400));
        Lease lease = insertAndClaim(store(), job("active", "user", "a"));
        PartitionRecord open = replay(Replays.all(new JobId("failed")), 0, false);
        store().write(lease, new Checkpoint(List.of(open), Map.of(), List.of()), row -> row);
        assertThat(store().forget(NOW, 0, 10)).isZero();
        PartitionRecord done = replay(Replays.all(new JobId("failed")), 0, true);
        store().write(lease, new Checkpoint(List.of(done), Map.of(), List.of()), row -> row);
        assertThat(store().forget(NOW, 0, 10)).isEqualTo(1);
        assertThat(store().find(new JobId("failed"))).isEmpty();
    }

    private static PartitionRecord replay(Partition partition, int ordinal, boolean done) {
        return new PartitionRecord(partition, ordinal, Position.START, done, 1, JobCounts.ZERO, JobCounts.ZERO);
    }

    /** Stores a job of account "a" that told something and failed. */
    private void insertEarly(String id, Instant end, Mode mode, List<PartitionRecord> plan) {
        JobRecord like = job(id, "user", "a", 5, end.minusSeconds(5));
        BackfillRequest request = like.request().toBuilder().mode(mode).build();
        Lease lease = insertAndClaim(
                store(),
                JobRecord.queued(
                        like.id(), like.account(), request, like.times().created(), null));
        store().write(
                        lease,
                        new Checkpoint(plan, Map.of(), List.of()),
                        row -> mailbox(ended(row, end, JobState.FAILED), "mailbox of a").toBuilder()
                                .phase(JobRecord.Phase.WALKING)
                                .counts(new JobCounts(1, 0, 0, 1))
                                .build());
    }

    private void insertEnded(String id, String account, Instant end, JobState state) {
        JobRecord job = job(id, "user", account, 5, end.minusSeconds(5));
        Lease lease = insertAndClaim(store(), job);
        Checkpoint checkpoint = new Checkpoint(
                List.of(PartitionRecord.fresh(Partition.window("scope", null, null), 0)), Map.of(), List.of());
        store().write(lease, checkpoint, row -> ended(row, end, state));
    }

    private void insertPinned(String id, String account, Instant end) {
        insertPinned(id, account, end, request -> request);
    }

    private void insertPinned(String id, String account, Instant end, UnaryOperator<BackfillRequest.Builder> change) {
        JobRecord like = job(id, "user", account, 5, end.minusSeconds(5));
        BackfillRequest request = change.apply(like.request().toBuilder()).build();
        Lease lease = insertAndClaim(
                store(),
                JobRecord.queued(
                        like.id(), like.account(), request, like.times().created(), null));
        store().write(
                        lease,
                        new Checkpoint(List.of(), Map.of("scope", "token"), List.of()),
                        row -> mailbox(ended(row, end, JobState.COMPLETED), "mailbox of " + account));
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
