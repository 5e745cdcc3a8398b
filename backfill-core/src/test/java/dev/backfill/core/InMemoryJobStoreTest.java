package dev.backfill.core;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobFilter;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.Page;
import dev.backfill.api.PageRequest;
import dev.backfill.api.UserId;
import dev.backfill.spi.Checkpoint;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.JobStore;
import dev.backfill.spi.Lease;
import dev.backfill.spi.WantedState;
import dev.backfill.testkit.contract.JobStoreContract;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class InMemoryJobStoreTest implements JobStoreContract {
    private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");

    private final InMemoryJobStore store = new InMemoryJobStore();

    @Override
    public JobStore store() {
        return store;
    }

    @Test
    void tenThousandJobsAreListedFilteredAndCounted() {
        for (int i = 0; i < 10_000; i++) {
            store.insert(job(i, "user-" + i % 10));
        }
        int seen = 0;
        String cursor = null;
        do {
            Page<JobRecord> page = store.list(UserId.of("user-3"), JobFilter.all(), new PageRequest(100, cursor));
            seen += page.items().size();
            cursor = page.nextCursor();
        } while (cursor != null);
        assertThat(seen).isEqualTo(1_000);
        assertThat(store.summary(null, JobFilter.all()).jobs()).containsEntry(JobState.QUEUED, 10_000L);
        assertThat(store.runnable(NOW, java.time.Duration.ofMinutes(1), JobLimits.NONE, 5))
                .hasSize(5);
    }

    @Test
    void aChangeThatCallsTheStoreIsFoundOut() {
        JobRecord job = job(1, "user");
        store.insert(job);
        assertThatIllegalStateException()
                .isThrownBy(() -> store.update(job.id(), row -> {
                    store.find(row.id());
                    return row;
                }))
                .withMessageContaining("must not call the store");
        assertThat(store.find(job.id())).contains(job);
    }

    @Test
    void aRunThatChangesWhatIsWantedIsFoundOut() {
        JobRecord job = job(1, "user");
        store.insert(job);
        Lease lease = store.claim(job.id(), "me", NOW, JobLimits.NONE).orElseThrow();
        assertThatIllegalArgumentException()
                .isThrownBy(() -> store.write(
                        lease,
                        Checkpoint.EMPTY,
                        row -> row.toBuilder().wanted(WantedState.CANCEL).build()));
    }

    @Test
    void whatIsStoredOutlivesClose() {
        JobRecord job = job(1, "user");
        store.insert(job);
        store.close();
        assertThat(store.find(job.id())).contains(job);
    }

    private static JobRecord job(int number, String user) {
        BackfillRequest request =
                BackfillRequest.builder("scripted", "account-" + number).build().withDefaults(100, 100);
        AccountRef account = new AccountRef(UserId.of(user), "scripted", request.account());
        return JobRecord.queued(new JobId("job-" + number), account, request, NOW.plusSeconds(number % 500), null);
    }
}
