package dev.backfill.core.engine;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillJob;
import dev.backfill.api.BackfillManager;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.MailboxAccessException;
import dev.backfill.api.UserJobs;
import dev.backfill.core.Backfill;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.WantedState;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

/** Between a job's claim and its first page: the engine closes, the owner before is gone, the host has no tokens. */
class OpeningTest {
    private static final int MESSAGES = 300;
    private static final AccessTokens TOKEN = () -> "token";

    private final InMemoryJobStore store = new InMemoryJobStore();
    private final RecordingSink sink = new RecordingSink();
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).build();

    private BackfillManager engine(Function<AccountRef, AccessTokens> tokens) {
        return Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(source)
                .sink(sink)
                .store(store)
                .config(EngineRig.config().build())
                .accessTokens(tokens)
                .build();
    }

    private static BackfillJob awaitEnd(UserJobs jobs, JobId id) {
        long end = System.nanoTime() + ManualTime.PATIENCE.toNanos();
        while (!jobs.status(id).state().isTerminal()) {
            assertThat(System.nanoTime()).isLessThan(end);
            Thread.onSpinWait();
        }
        return jobs.status(id);
    }

    @Test
    void aJobThatIsBeingOpenedWhenTheEngineClosesIsQueuedAgainAndReadByTheNext() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch closing = new CountDownLatch(1);
        BackfillManager first = engine(account -> {
            opening.countDown();
            awaitQuietly(closing);
            return TOKEN;
        });
        JobId id =
                first.forUser(EngineRig.USER).start(EngineRig.request().build()).id();
        assertThat(opening.await(30, TimeUnit.SECONDS)).isTrue();
        Thread closer = new Thread(first::close);
        closer.start();
        while (closer.getState() != Thread.State.TIMED_WAITING && closer.getState() != Thread.State.WAITING) {
            Thread.onSpinWait();
        }
        closing.countDown();
        closer.join(30_000);

        assertThat(store.find(id).orElseThrow().state()).isEqualTo(JobState.QUEUED);
        assertThat(sink.keys()).isEmpty();
        try (BackfillManager next = engine(account -> TOKEN)) {
            assertThat(awaitEnd(next.forUser(EngineRig.USER), id).state()).isEqualTo(JobState.COMPLETED);
        }
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void aJobWhoseOwnerIsGoneIsTakenOverByTheNextEngine() {
        JobId id = orphan("m1", WantedState.RUN);
        JobId cancelled = orphan("m2", WantedState.CANCEL);

        try (BackfillManager next = engine(account -> TOKEN)) {
            UserJobs jobs = next.forUser(EngineRig.USER);
            assertThat(awaitEnd(jobs, id).state()).isEqualTo(JobState.COMPLETED);
            assertThat(awaitEnd(jobs, cancelled).state()).isEqualTo(JobState.CANCELLED);
        }
        assertThat(sink.distinct()).isEqualTo(MESSAGES);
    }

    /** As a process leaves a job that is killed. */
    private JobId orphan(String account, WantedState wanted) {
        BackfillRequest request = EngineRig.request()
                .account(account)
                .batchSize(100)
                .rateLimit(100)
                .build();
        JobId id = new JobId("orphan-" + account);
        AccountRef ref = new AccountRef(EngineRig.USER, request.provider(), account);
        store.insert(JobRecord.queued(id, ref, request, Instant.now(), null));
        assertThat(store.claim(id, "gone", Instant.now(), JobLimits.NONE)).isPresent();
        store.update(id, row -> row.toBuilder().wanted(wanted).build());
        return id;
    }

    @Test
    void aHostWithoutTokensIsToldSoAndNothingOfItsErrorIsShown() {
        try (BackfillManager manager = engine(account -> {
            throw new IllegalStateException("no token for canary@example.org");
        })) {
            UserJobs jobs = manager.forUser(EngineRig.USER);
            BackfillJob end =
                    awaitEnd(jobs, jobs.start(EngineRig.request().build()).id());
            assertThat(end.failureCode()).isEqualTo("AUTHENTICATION");
            assertThat(end.failureMessage()).contains("accessTokens").doesNotContain("canary");
            assertThatThrownBy(() -> jobs.folders(ScriptedSource.DEFAULT_ID, "me"))
                    .isInstanceOf(MailboxAccessException.class)
                    .hasMessageNotContaining("canary");
        }
    }
}
