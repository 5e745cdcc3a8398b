package dev.backfill.testkit.contract;

import static dev.backfill.testkit.contract.StoredJobs.NOW;
import static dev.backfill.testkit.contract.StoredJobs.claim;
import static dev.backfill.testkit.contract.StoredJobs.found;
import static dev.backfill.testkit.contract.StoredJobs.insertAndClaim;
import static dev.backfill.testkit.contract.StoredJobs.job;
import static dev.backfill.testkit.contract.StoredJobs.mailbox;
import static dev.backfill.testkit.contract.StoredJobs.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.backfill.api.JobConflictException;
import dev.backfill.api.JobFailure;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.FailureRecord;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.Partition;
import dev.backfill.spi.PartitionRecord;
import dev.backfill.spi.Position;
import dev.backfill.spi.StaleLeaseException;
import dev.backfill.spi.WantedState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

/**
 * Checkpoints: fenced, all or nothing, and everything in them comes back.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface JobStoreWritesContract extends JobStoreFixture {
    /** A checkpoint that holds something of everything. */
    Checkpoint FULL_CHECKPOINT = new Checkpoint(
            List.of(PartitionRecord.fresh(Partition.pin("inbox"), 0)),
            Map.of("inbox", "token-1"),
            List.of(new FailureRecord(
                    1,
                    FailureRef.message("inbox", "m-1"),
                    JobFailure.Stage.FETCH,
                    JobFailure.Kind.SKIP_MESSAGE,
                    "ErrorCorruptData",
                    NOW)));

    /** Row, partitions, pins and failures are one write. */
    @Test
    default void aWriteStoresTheRowAndItsCheckpoint() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        JobRecord written = store().write(lease, FULL_CHECKPOINT, StoredJobs::countCall);
        assertThat(written.apiCalls()).isEqualTo(1);
        assertThat(store().find(lease.jobId())).contains(written);
        assertThat(store().partitions(lease.jobId())).isEqualTo(FULL_CHECKPOINT.partitions());
        assertThat(store().pins(lease.jobId())).isEqualTo(FULL_CHECKPOINT.pins());
        assertThat(store().failures(lease.jobId(), 0, 10)).isEqualTo(FULL_CHECKPOINT.failures());
    }

    /** Each job has partitions, pins and failures of its own. */
    @Test
    default void jobsDoNotShareCheckpoints() {
        Lease first = insertAndClaim(store(), job("j1", "user", "a1"));
        Lease second = insertAndClaim(store(), job("j2", "user", "a2"));
        store().write(first, FULL_CHECKPOINT, row -> row);
        assertNothingOfACheckpointIn(store(), second.jobId());
    }

    /** A superseded owner's write leaves no trace. */
    @Test
    default void aWriteAfterAnotherClaimIsRefusedWhole() {
        Lease old = insertAndClaim(store(), job("j1", "user", "account"));
        Lease now = claim(store(), old.jobId());
        JobRecord before = found(store(), old.jobId());
        assertThatExceptionOfType(StaleLeaseException.class)
                .isThrownBy(() -> store().write(old, FULL_CHECKPOINT, StoredJobs::countCall));
        assertThat(store().find(old.jobId())).contains(before);
        assertNothingOfACheckpointIn(store(), old.jobId());
        assertThat(store().write(now, FULL_CHECKPOINT, row -> row)).isEqualTo(before);
    }

    /** A job that runs no more takes no progress. */
    @Test
    default void aWriteToAJobThatIsNotRunningIsRefused() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        for (JobState other : List.of(JobState.PAUSED, JobState.QUEUED, JobState.CANCELLED)) {
            store().update(lease.jobId(), row -> state(row, other));
            assertThatExceptionOfType(StaleLeaseException.class)
                    .as("write to a job that is %s", other)
                    .isThrownBy(() -> store().write(lease, FULL_CHECKPOINT, row -> row));
        }
        assertNothingOfACheckpointIn(store(), lease.jobId());
    }

    /** A job that was cleaned away takes none either, and its run learns of it as of any other stale lease. */
    @Test
    default void aWriteToAnUnknownJobIsRefused() {
        Lease lease = new Lease(new JobId("unknown"), "instance-a", 1);
        assertThatExceptionOfType(StaleLeaseException.class)
                .isThrownBy(() -> store().write(lease, FULL_CHECKPOINT, row -> row));
        assertNothingOfACheckpointIn(store(), lease.jobId());
    }

    /** What a change throws takes the checkpoint with it. */
    @Test
    default void aWriteWhoseChangeThrowsStoresNothing() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        JobRecord before = found(store(), lease.jobId());
        IllegalStateException mine = new IllegalStateException("mine");
        assertThat(catchThrowable(() -> store().write(lease, FULL_CHECKPOINT, row -> {
                    throw mine;
                })))
                .isSameAs(mine);
        assertThat(store().find(lease.jobId())).contains(before);
        assertNothingOfACheckpointIn(store(), lease.jobId());
    }

    /** A run learns its mailbox's key only when it runs; the store says if somebody is there. */
    @Test
    default void aWriteThatNamesABusyMailboxStoresNothing() {
        Lease there = insertAndClaim(store(), mailbox(job("j1", "user", "me"), "mailbox-1"));
        Lease late = insertAndClaim(store(), job("j2", "other-user", "shared@example.org"));
        JobRecord before = found(store(), late.jobId());
        assertThatExceptionOfType(JobConflictException.class)
                .isThrownBy(() -> store().write(late, FULL_CHECKPOINT, row -> mailbox(row, "mailbox-1")))
                .satisfies(conflict -> assertThat(conflict.activeJob()).isEqualTo(there.jobId()));
        assertThat(store().find(late.jobId())).contains(before);
        assertNothingOfACheckpointIn(store(), late.jobId());
    }

    /** The loser of a mailbox keeps its key when it goes back into the queue. */
    @Test
    default void aRunMayNameABusyMailboxAsItGivesUpItsSlot() {
        insertAndClaim(store(), mailbox(job("j1", "user", "me"), "mailbox-1"));
        Lease late = insertAndClaim(store(), job("j2", "other-user", "shared@example.org"));
        JobRecord queued =
                store().write(late, Checkpoint.EMPTY, row -> mailbox(state(row, JobState.QUEUED), "mailbox-1"));
        assertThat(queued.mailboxKey()).isEqualTo("mailbox-1");
    }

    /** Of two runs that find out at once that they are on one mailbox, one goes on. */
    @Test
    default void ofManyRunsThatNameAMailboxAtOnceOneGoesOn() {
        List<Lease> leases = new ArrayList<>();
        for (int i = 0; i < 6; i++) {
            leases.add(insertAndClaim(store(), job("job-" + i, "user-" + i, "me")));
        }
        List<Throwable> errors = Together.run(
                6, number -> store().write(leases.get(number), Checkpoint.EMPTY, row -> mailbox(row, "mailbox-1")));
        assertThat(errors).hasSize(5).allSatisfy(error -> assertThat(error).isInstanceOf(JobConflictException.class));
    }

    /** A command written meanwhile comes with the answer, and a run's write does not undo it. */
    @Test
    default void aRunLearnsOfCommandsFromItsWrites() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        store().update(
                        lease.jobId(),
                        row -> row.toBuilder().wanted(WantedState.PAUSE).build());
        assertThat(store().write(lease, Checkpoint.EMPTY, StoredJobs::countCall).wanted())
                .isEqualTo(WantedState.PAUSE);
        assertThat(found(store(), lease.jobId()).wanted()).isEqualTo(WantedState.PAUSE);
    }

    /** Partitions are kept by id and given by ordinal; what moved on replaces what was. */
    @Test
    default void partitionsAreReplacedOneByOne() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        List<PartitionRecord> plan = new ArrayList<>();
        for (int i = 0; i < 40; i++) {
            Instant from = NOW.minusSeconds(3_600L * (i + 1)).truncatedTo(java.time.temporal.ChronoUnit.SECONDS);
            plan.add(PartitionRecord.fresh(Partition.window("inbox", from, from.plusSeconds(3_600)), i));
        }
        store().write(lease, new Checkpoint(plan, Map.of(), List.of()), row -> row);
        PartitionRecord moved = new PartitionRecord(
                plan.get(7).partition(),
                7,
                new Position("1|1700000000|" + "ü\"'%\\".repeat(700)),
                true,
                3,
                new JobCounts(5_000_000_000L, 4_999_999_997L, 2, 1),
                new JobCounts(9, 7, 1, 1));
        PartitionRecord added = PartitionRecord.fresh(Partition.changes("inbox", "token ü"), 40);
        store().write(lease, new Checkpoint(List.of(added, moved), Map.of(), List.of()), row -> row);
        plan.set(7, moved);
        plan.add(added);
        assertThat(store().partitions(lease.jobId())).isEqualTo(plan);
    }

    /** Windows without bounds and pins come back as such. */
    @Test
    default void aPartitionWithoutBoundsComesBack() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        List<PartitionRecord> plan = List.of(
                PartitionRecord.fresh(Partition.pin("all"), 0),
                PartitionRecord.fresh(Partition.window("all", null, null), 1));
        store().write(lease, new Checkpoint(plan, Map.of(), List.of()), row -> row);
        assertThat(store().partitions(lease.jobId())).isEqualTo(plan);
    }

    /** Graph's delta tokens are long. */
    @Test
    default void pinsAreReplacedScopeByScopeAndMayBeLong() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        String longToken = "https://example.org/delta?$token=ü".repeat(1_900).substring(0, 64_000);
        store().write(lease, new Checkpoint(List.of(), Map.of("a", "1", "b", "2"), List.of()), row -> row);
        store().write(lease, new Checkpoint(List.of(), Map.of("b", longToken), List.of()), row -> row);
        assertThat(store().pins(lease.jobId())).isEqualTo(Map.of("a", "1", "b", longToken));
    }

    /** The longest pin comes back whole; one that is longer is refused before anything of its write is stored, and not quoted. */
    @Test
    default void theLongestPinIsKeptAndALongerOneIsRefused() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        String longest = "x".repeat(PageEnd.MAX_TOKEN);
        store().write(lease, new Checkpoint(List.of(), Map.of("a", longest), List.of()), row -> row);
        assertThat(store().pins(lease.jobId())).isEqualTo(Map.of("a", longest));
        assertThatExceptionOfType(IllegalArgumentException.class)
                .isThrownBy(() -> store().write(
                                lease,
                                new Checkpoint(List.of(), Map.of("a", "1", "b", longest + "x"), List.of()),
                                row -> row))
                .withMessage("a pin may have 65536 characters, this one has 65537");
        assertThat(store().pins(lease.jobId())).isEqualTo(Map.of("a", longest));
    }

    /** Failure rows are read in pieces, by their numbers. */
    @Test
    default void failuresAreGivenInOrderAndInPieces() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        List<JobFailure.Stage> stages = List.of(JobFailure.Stage.values());
        List<JobFailure.Kind> kinds = List.of(JobFailure.Kind.values());
        List<FailureRecord> rows = new ArrayList<>();
        for (int i = 1; i <= 25; i++) {
            FailureRef ref = i % 5 == 0
                    ? FailureRef.stretch("inbox", i % 10 == 0 ? null : NOW, i % 10 == 0 ? NOW : null)
                    : FailureRef.message("inbox", "m-ü-" + i);
            JobFailure.Stage stage = stages.get(i % stages.size());
            JobFailure.Kind kind = kinds.get(i % kinds.size());
            rows.add(new FailureRecord(i, ref, stage, kind, "reason-" + i, NOW.plusMillis(i)));
        }
        store().write(lease, new Checkpoint(List.of(), Map.of(), rows.subList(0, 10)), row -> row);
        store().write(lease, new Checkpoint(List.of(), Map.of(), rows.subList(10, 25)), row -> row);
        assertThat(store().failures(lease.jobId(), 0, 7)).isEqualTo(rows.subList(0, 7));
        assertThat(store().failures(lease.jobId(), 7, 7)).isEqualTo(rows.subList(7, 14));
        assertThat(store().failures(lease.jobId(), 21, 7)).isEqualTo(rows.subList(21, 25));
        assertThat(store().failures(lease.jobId(), 25, 7)).isEmpty();
        assertThat(store().failureCount(lease.jobId())).isEqualTo(25);
    }

    /** Commands and checkpoints from many threads undo nothing of each other. */
    @Test
    default void commandsAndCheckpointsAtOnceAreAllKept() {
        Lease lease = insertAndClaim(store(), job("j1", "user", "account"));
        List<Throwable> errors = Together.run(6, number -> {
            for (int i = 0; i < 20; i++) {
                if (number < 3) {
                    store().write(lease, Checkpoint.EMPTY, StoredJobs::countCall);
                } else {
                    store().update(
                                    lease.jobId(),
                                    row -> row.toBuilder()
                                            .retries(row.retries() + 1)
                                            .build());
                }
            }
        });
        assertThat(errors).isEmpty();
        assertThat(found(store(), lease.jobId()).apiCalls()).isEqualTo(60);
        assertThat(found(store(), lease.jobId()).retries()).isEqualTo(60);
    }

    /** A take-over in the middle of a run's writes is a clean cut. */
    @Test
    default void noWriteOfAnOldOwnerComesAfterAClaim() {
        Lease old = insertAndClaim(store(), job("j1", "user", "account"));
        AtomicLong written = new AtomicLong();
        AtomicLong atTakeOver = new AtomicLong(-1);
        List<Throwable> errors = Together.run(2, number -> {
            if (number == 0) {
                writeUntilRefused(store(), old, written);
            } else {
                claim(store(), old.jobId());
                atTakeOver.set(found(store(), old.jobId()).apiCalls());
            }
        });
        assertThat(errors).isEmpty();
        assertThat(found(store(), old.jobId()).apiCalls())
                .isEqualTo(written.get())
                .isEqualTo(atTakeOver.get());
    }

    private static void writeUntilRefused(JobStore store, Lease lease, AtomicLong written) {
        try {
            while (true) {
                store.write(lease, Checkpoint.EMPTY, StoredJobs::countCall);
                written.incrementAndGet();
            }
        } catch (StaleLeaseException expected) {
            assertThat(expected).hasMessageContaining(lease.jobId().value());
        }
    }

    private static void assertNothingOfACheckpointIn(JobStore store, JobId id) {
        assertThat(store.partitions(id)).isEmpty();
        assertThat(store.pins(id)).isEmpty();
        assertThat(store.failures(id, 0, 10)).isEmpty();
    }
}
