package dev.backfill.testkit.contract;

import static dev.backfill.testkit.contract.StoredJobs.NOW;
import static dev.backfill.testkit.contract.StoredJobs.job;
import static dev.backfill.testkit.contract.StoredJobs.state;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatExceptionOfType;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.Summary;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobCounts;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Lists and sums: newest first, page by page, and nobody sees another user's jobs.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface JobStoreListsContract extends JobStoreFixture {
    /** Newest first, by creation and then id, and each job once. */
    @Test
    default void jobsAreListedNewestFirstPageByPage() {
        List<String> expected = new ArrayList<>();
        for (int i = 0; i < 23; i++) {
            // Several jobs share a moment, so that the id decides and a page ends among them.
            JobRecord job = job("job-" + (char) ('a' + i), "user", "account-" + i, 5, NOW.plusMillis(i / 4));
            store().insert(job);
            expected.add(0, job.id().value());
        }
        assertThat(walk(store(), UserId.of("user"), JobFilter.all(), 5)).isEqualTo(expected);
        assertThat(walk(store(), null, JobFilter.all(), 23)).isEqualTo(expected);
        assertThat(walk(store(), null, JobFilter.all(), 1_000)).isEqualTo(expected);
    }

    /** The last page says so. */
    @Test
    default void theLastPageHasNoCursor() {
        store().insert(job("j1", "user", "a1"));
        store().insert(job("j2", "user", "a2"));
        assertThat(store().list(null, JobFilter.all(), PageRequest.first(2)).nextCursor())
                .isNull();
        assertThat(store().list(null, JobFilter.all(), PageRequest.first(1)).nextCursor())
                .isNotNull();
        assertThat(store().list(UserId.of("nobody"), JobFilter.all(), PageRequest.first()))
                .isEqualTo(new Page<JobRecord>(List.of(), null));
    }

    /** Jobs that come and change meanwhile neither hide others nor show them twice. */
    @Test
    default void aWalkIsNotDisturbedByNewJobs() {
        for (int i = 0; i < 6; i++) {
            store().insert(job("old-" + i, "user", "account-" + i, 5, NOW.plusMillis(i)));
        }
        Page<JobRecord> first = store().list(null, JobFilter.all(), PageRequest.first(3));
        store().insert(job("new", "user", "new-account", 5, NOW.plusSeconds(60)));
        store().update(new JobId("old-5"), row -> state(row, JobState.COMPLETED));
        Page<JobRecord> second = store().list(null, JobFilter.all(), new PageRequest(3, first.nextCursor()));
        assertThat(ids(first)).containsExactly("old-5", "old-4", "old-3");
        assertThat(ids(second)).containsExactly("old-2", "old-1", "old-0");
    }

    /** One user's list never holds another's job. */
    @Test
    default void aUserSeesOwnJobsOnly() {
        store().insert(job("mine", "user", "account"));
        store().insert(job("theirs", "user2", "account"));
        assertThat(walk(store(), UserId.of("user"), JobFilter.all(), 10)).containsExactly("mine");
        assertThat(walk(store(), UserId.of("user2"), JobFilter.all(), 10)).containsExactly("theirs");
        assertThat(walk(store(), UserId.of("USER"), JobFilter.all(), 10)).isEmpty();
        assertThat(walk(store(), null, JobFilter.all(), 10)).containsExactlyInAnyOrder("mine", "theirs");
    }

    /** States, provider and account are taken together. */
    @Test
    default void aFilterLetsThroughWhatItNames() {
        for (int i = 0; i < 9; i++) {
            JobRecord job = job("job-" + i, "user", "account-" + i % 3 + (i < 3 ? "" : "-" + i), 5, NOW.plusMillis(i));
            store().insert(job);
            JobState to = List.of(JobState.COMPLETED, JobState.FAILED, JobState.QUEUED)
                    .get(i % 3);
            store().update(job.id(), row -> state(row, to));
        }
        assertThat(walk(store(), null, JobFilter.states(JobState.FAILED), 2))
                .containsExactly("job-7", "job-4", "job-1");
        assertThat(walk(store(), null, JobFilter.states(JobState.FAILED, JobState.QUEUED), 2))
                .hasSize(6);
        assertThat(walk(store(), null, new JobFilter(Set.of(), "scripted", "account-1", null), 2))
                .containsExactly("job-1");
        assertThat(walk(store(), null, new JobFilter(Set.of(JobState.QUEUED), null, "account-1", null), 2))
                .isEmpty();
        assertThat(walk(store(), null, new JobFilter(Set.of(), "elsewhere", null, null), 2))
                .isEmpty();
    }

    /** A cursor comes back from strangers. */
    @Test
    default void aCursorOfSomebodyElseIsRefused() {
        store().insert(job("j1", "user", "account"));
        for (String garbage :
                List.of("", " ", "garbage", "1.2", "a.b.c", "..", "1.2.", "' or 1=1 --", "%00", "x".repeat(9_999))) {
            assertThatExceptionOfType(InvalidRequestException.class)
                    .as("cursor %.20s", garbage)
                    .isThrownBy(() -> store().list(null, JobFilter.all(), new PageRequest(10, garbage)));
        }
    }

    /** Counts by state, and sums of messages. */
    @Test
    default void aSummaryCountsJobsAndMessages() {
        for (int i = 0; i < 5; i++) {
            JobRecord job = job("job-" + i, i < 3 ? "user" : "other-user", "account-" + i);
            store().insert(job);
            JobState to = i % 2 == 0 ? JobState.COMPLETED : JobState.PAUSED;
            store().update(
                            job.id(),
                            row -> state(row, to).toBuilder()
                                    .counts(new JobCounts(3_000_000_111L, 3_000_000_000L, 100, 11))
                                    .build());
        }
        assertThat(store().summary(UserId.of("user"), JobFilter.all()))
                .isEqualTo(new Summary(Map.of(JobState.COMPLETED, 2L, JobState.PAUSED, 1L), 9_000_000_000L, 300, 33));
        assertThat(store().summary(null, JobFilter.all()))
                .isEqualTo(new Summary(Map.of(JobState.COMPLETED, 3L, JobState.PAUSED, 2L), 15_000_000_000L, 500, 55));
        assertThat(store().summary(UserId.of("nobody"), JobFilter.all())).isEqualTo(new Summary(Map.of(), 0, 0, 0));
    }

    private static List<String> walk(JobStore store, @Nullable UserId user, JobFilter filter, int limit) {
        List<String> seen = new ArrayList<>();
        String cursor = null;
        do {
            Page<JobRecord> page = store.list(user, filter, new PageRequest(limit, cursor));
            assertThat(page.items()).hasSizeLessThanOrEqualTo(limit);
            seen.addAll(ids(page));
            cursor = page.nextCursor();
            assertThat(seen).as("a walk that never ends").hasSizeLessThan(1_000);
        } while (cursor != null);
        return seen;
    }

    private static List<String> ids(Page<JobRecord> page) {
        return page.items().stream().map(row -> row.id().value()).toList();
    }
}
