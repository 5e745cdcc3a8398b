package dev.backfill.testkit.contract;

import static dev.backfill.testkit.contract.StoredJobs.AGE_STEP;
import static dev.backfill.testkit.contract.StoredJobs.NOW;
import static dev.backfill.testkit.contract.StoredJobs.insertAndClaim;
import static dev.backfill.testkit.contract.StoredJobs.job;
import static dev.backfill.testkit.contract.StoredJobs.mailbox;
import static dev.backfill.testkit.contract.StoredJobs.notBefore;
import static dev.backfill.testkit.contract.StoredJobs.state;
import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Lease;
import dev.backfill.spi.WantedState;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * Who runs next.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface JobStoreOrderContract extends JobStoreFixture {
    /** Only what a claim would give. */
    @Test
    default void onlyWhatCanRunIsRunnable() {
        insertAndClaim(store(), mailbox(job("running", "u1", "a"), "mailbox-1"));
        store().insert(job("queued", "u2", "a"));
        store().insert(notBefore(job("due", "u3", "a"), NOW));
        store().insert(notBefore(job("too-early", "u4", "a"), NOW.plusMillis(1)));
        store().insert(mailbox(job("mailbox-busy", "u5", "a"), "mailbox-1"));
        store().insert(job("to-pause", "u6", "a"));
        store().update(
                        new JobId("to-pause"),
                        row -> row.toBuilder().wanted(WantedState.PAUSE).build());
        for (JobState other : List.of(JobState.PAUSED, JobState.COMPLETED, JobState.FAILED, JobState.CANCELLED)) {
            store().insert(job(other.code(), "u7", "account-" + other.code()));
            store().update(new JobId(other.code()), row -> state(row, other));
        }
        assertThat(runnable(NOW, 100)).containsExactlyInAnyOrder("queued", "due");
    }

    /** What is given may all be claimed: limits count what runs and what stands before. */
    @Test
    default void limitsHoldWithinOneAnswer() {
        insertAndClaim(store(), job("running", "u1", "a"));
        store().insert(job("u1-b", "u1", "b"));
        store().insert(job("u1-c", "u1", "c"));
        store().insert(job("u2-a", "u2", "a"));
        store().insert(job("u2-b", "u2", "b"));
        store().insert(job("u2-c", "u2", "c"));
        assertThat(runnable(new JobLimits(2, 100))).containsExactlyInAnyOrder("u1-b", "u2-a", "u2-b");
        assertThat(runnable(new JobLimits(1, 100))).containsExactly("u2-a");
        assertThat(runnable(new JobLimits(100, 3))).hasSize(2);
        assertThat(runnable(new JobLimits(100, 1))).isEmpty();
    }

    private List<String> runnable(JobLimits limits) {
        return store().runnable(NOW, AGE_STEP, limits, 100).stream()
                .map(JobId::value)
                .toList();
    }

    /** The highest priority first. */
    @Test
    default void priorityComesFirst() {
        store().insert(job("low", "u1", "a", 1, NOW.minusSeconds(9)));
        store().insert(job("high", "u2", "a", 9, NOW));
        store().insert(job("middle", "u3", "a", 5, NOW.minusSeconds(5)));
        assertThat(runnable(NOW, 100)).containsExactly("high", "middle", "low");
        assertThat(runnable(NOW, 2)).containsExactly("high", "middle");
    }

    /** Whoever waits gains a step of priority each whole age step. */
    @Test
    default void whoWaitsGainsPriority() {
        store().insert(job("patient", "u1", "a", 3, NOW.minus(AGE_STEP.multipliedBy(3))));
        store().insert(job("fresh", "u2", "a", 5, NOW));
        assertThat(runnable(NOW, 100)).containsExactly("patient", "fresh");
        assertThat(runnable(NOW.minus(AGE_STEP.multipliedBy(2)), 100)).containsExactly("fresh", "patient");
    }

    /** At the same step of priority the user with fewer running jobs is first, though queued later. */
    @Test
    default void usersTakeTurns() {
        insertAndClaim(store(), job("running-1", "busy", "r1"));
        insertAndClaim(store(), job("running-2", "busy", "r2"));
        insertAndClaim(store(), job("running-3", "calm", "r1"));
        store().insert(job("of-busy", "busy", "a", 5, NOW.minusSeconds(30)));
        store().insert(job("of-calm", "calm", "a", 5, NOW.minusSeconds(20)));
        store().insert(job("of-idle", "idle", "a", 5, NOW.minusSeconds(10)));
        assertThat(runnable(NOW, 100)).containsExactly("of-idle", "of-calm", "of-busy");
    }

    /** A user's jobs further up the list count as running, or one user would take all the slots that are free at once. */
    @Test
    default void usersTakeTurnsWithinOneAnswer() {
        for (int i = 0; i < 3; i++) {
            store().insert(job("many-" + i, "many", "account-" + i, 5, NOW.minusSeconds(30 - i)));
        }
        store().insert(job("one", "one", "a", 5, NOW.minusSeconds(10)));
        insertAndClaim(store(), job("running", "third", "r"));
        store().insert(job("third", "third", "a", 5, NOW.minusSeconds(5)));
        assertThat(runnable(NOW, 100)).containsExactly("many-0", "one", "many-1", "third", "many-2");
        assertThat(runnable(NOW, 3)).containsExactly("many-0", "one", "many-1");
    }

    /** What a user's first job gained by waiting is not gained by the thousand behind it. */
    @Test
    default void aBacklogIsNotBeforeAllThatOthersQueueLater() {
        for (int i = 0; i < 9; i++) {
            store().insert(job("many-" + i, "many", "account-" + i, 5, NOW.minus(AGE_STEP.multipliedBy(3))));
        }
        store().insert(job("one", "one", "a", 5, NOW.minus(AGE_STEP)));
        assertThat(runnable(NOW, 4)).containsExactly("many-0", "one", "many-1", "many-2");
        claimedAt(job("running-1", "many", "r1"), NOW);
        claimedAt(job("running-2", "many", "r2"), NOW);
        assertThat(runnable(NOW, 2)).containsExactly("one", "many-0");
    }

    /** Its user was served since, and did not wait as long as its jobs: else a backlog would keep its lead until its last job. */
    @Test
    default void aBacklogWithALongLeadDoesNotKeepIt() {
        for (int i = 0; i < 3; i++) {
            claimedAt(job("running-" + i, "many", "r" + i), NOW);
        }
        store().insert(job("many", "many", "a", 5, NOW.minus(AGE_STEP.multipliedBy(100))));
        store().insert(job("one", "one", "a", 5, NOW));
        assertThat(runnable(NOW.plus(AGE_STEP), 2)).containsExactly("one", "many");
        assertThat(runnable(NOW.plus(AGE_STEP.multipliedBy(35)), 2)).containsExactly("one", "many");
    }

    /** With one slot nobody's job runs while it is given away. */
    @Test
    default void usersTakeTurnsThoughNoneHasAJobRunning() {
        Lease before = claimedAt(job("before", "many", "r"), NOW);
        store().write(before, Checkpoint.EMPTY, row -> state(row, JobState.COMPLETED));
        store().insert(job("many", "many", "a", 5, NOW.minus(AGE_STEP.multipliedBy(100))));
        store().insert(job("one", "one", "a", 5, NOW.plusSeconds(9)));
        Instant soon = NOW.plusSeconds(10);
        assertThat(runnable(soon, 2)).containsExactly("many", "one");

        Lease next = claimedAt(job("next", "many", "r2"), soon);
        store().write(next, Checkpoint.EMPTY, row -> state(row, JobState.COMPLETED));
        assertThat(runnable(soon.plus(AGE_STEP.multipliedBy(2)), 2)).containsExactly("one", "many");
    }

    /** However many jobs of its user run: what it waited is its own among them. */
    @Test
    default void whoWaitsGainsPriorityAmongTheJobsOfABusyUser() {
        for (int i = 0; i < 4; i++) {
            claimedAt(job("running-" + i, "u1", "r" + i), NOW);
        }
        store().insert(job("patient", "u1", "a", 1, NOW.minus(AGE_STEP.multipliedBy(8))));
        store().insert(job("urgent", "u1", "b", 8, NOW));
        store().insert(job("other", "u2", "c", 5, NOW));
        assertThat(runnable(NOW, 3)).containsExactly("patient", "urgent", "other");
    }

    /** A giant that gave its slot up and took it again was served, whenever it began. */
    @Test
    default void aJobThatGoesOnTakesATurn() {
        Lease giant = claimedAt(job("giant", "many", "g", 5, NOW.minus(AGE_STEP.multipliedBy(100))), NOW);
        store().write(giant, Checkpoint.EMPTY, row -> state(row, JobState.QUEUED));
        store().insert(job("one", "one", "a", 5, NOW.plus(AGE_STEP)));
        Instant later = NOW.plus(AGE_STEP.multipliedBy(2));
        assertThat(runnable(later, 2)).containsExactly("giant", "one");

        Lease slice = store().claim(giant.jobId(), "instance-a", later, JobLimits.NONE)
                .orElseThrow();
        store().write(slice, Checkpoint.EMPTY, row -> state(row, JobState.QUEUED));
        assertThat(runnable(later.plus(AGE_STEP), 2)).containsExactly("one", "giant");
    }

    private Lease claimedAt(JobRecord job, Instant at) {
        store().insert(job);
        return store().claim(job.id(), "instance-a", at, JobLimits.NONE).orElseThrow();
    }

    /** Turns are taken within a step of priority, never across. */
    @Test
    default void fairnessDoesNotOvertakePriority() {
        insertAndClaim(store(), job("running", "busy", "r"));
        store().insert(job("urgent", "busy", "a", 6, NOW));
        store().insert(job("idle", "idle", "a", 5, NOW));
        assertThat(runnable(NOW, 100)).containsExactly("urgent", "idle");
    }

    /** All else equal, the longest queued is first: by the time it was queued, not made. */
    @Test
    default void theLongestQueuedIsFirst() {
        store().insert(job("b-first", "u1", "a", 5, NOW.minusSeconds(20)));
        store().insert(job("a-second", "u2", "a", 5, NOW.minusSeconds(10)));
        assertThat(runnable(NOW, 100)).containsExactly("b-first", "a-second");
        store().update(
                        new JobId("b-first"),
                        row -> row.toBuilder()
                                .times(new dev.backfill.spi.JobRecord.JobTimes(
                                        row.times().created(), NOW, null, null, null, null, null, null))
                                .build());
        assertThat(runnable(NOW, 100)).containsExactly("a-second", "b-first");
    }

    private List<String> runnable(Instant now, int limit) {
        return store().runnable(now, AGE_STEP, JobLimits.NONE, limit).stream()
                .map(JobId::value)
                .toList();
    }
}
