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
import dev.backfill.core.BackfillBuilder;
import dev.backfill.core.InMemoryJobStore;
import dev.backfill.spi.AccessTokens;
import dev.backfill.spi.EmailSource;
import dev.backfill.spi.JobLimits;
import dev.backfill.spi.JobQueue;
import dev.backfill.spi.JobRecord;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.MailboxContext;
import dev.backfill.spi.Operation;
import dev.backfill.spi.WantedState;
import dev.backfill.testkit.Interposed;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.RecordingSink;
import dev.backfill.testkit.ScriptedFolder;
import dev.backfill.testkit.ScriptedSource;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Between a job's claim and its first page: the engine closes, the owner before is gone, the host has no tokens. */
class OpeningTest {
    private static final int MESSAGES = 300;
    private static final AccessTokens TOKEN = () -> "token";

    private final InMemoryJobStore store = new InMemoryJobStore();
    private final RecordingSink sink = new RecordingSink();
    private final ScriptedSource source =
            ScriptedSource.builder().mailbox(ScriptedFolder.inbox(MESSAGES)).build();

    private BackfillManager engine(Function<AccountRef, AccessTokens> tokens) {
        return builder(tokens).build();
    }

    private BackfillBuilder builder(Function<AccountRef, AccessTokens> tokens) {
        return Backfill.builder()
                .autoDiscovery(false)
                .environment(name -> null)
                .source(source)
                .sink(sink)
                .store(store)
                .config(EngineRig.config().build())
                .accessTokens(tokens);
    }

    private static BackfillJob awaitEnd(UserJobs jobs, JobId id) {
        return await(jobs, id, JobState::isTerminal);
    }

    private static BackfillJob awaitRest(UserJobs jobs, JobId id) {
        return await(jobs, id, state -> state.isTerminal() || state == JobState.PAUSED);
    }

    private static BackfillJob await(UserJobs jobs, JobId id, Predicate<JobState> wanted) {
        long end = System.nanoTime() + ManualTime.PATIENCE.toNanos();
        while (!wanted.test(jobs.status(id).state())) {
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
        // It may have closed already: the closing itself ends what opens.
        while (closer.isAlive()
                && closer.getState() != Thread.State.TIMED_WAITING
                && closer.getState() != Thread.State.WAITING) {
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

    /** The clock stands still, so that nothing but the closing itself can end the wait. */
    @Test
    void closingDoesNotWaitForAMailboxThatIsBeingOpened() throws Exception {
        CountDownLatch opening = new CountDownLatch(1);
        ManualTime time = new ManualTime();
        AtomicInteger requests = new AtomicInteger();
        EmailSource stuck = new OpeningSource("stuck", context -> stuck(context, opening, requests));
        BackfillManager manager =
                builder(account -> TOKEN).time(time).source(stuck).build();
        JobId id = manager.forUser(EngineRig.USER)
                .start(BackfillRequest.builder(stuck.providerId(), "me").build())
                .id();
        assertThat(opening.await(30, TimeUnit.SECONDS)).isTrue();

        Thread closer = new Thread(manager::close);
        closer.start();
        closer.join(30_000);

        assertThat(closer.isAlive()).isFalse();
        assertThat(store.find(id).orElseThrow().state()).isEqualTo(JobState.QUEUED);
        assertThat(store.find(id).orElseThrow().failure()).isNull();
        assertThat(requests).as("requests begun while the engine closes").hasValue(0);
    }

    /** A mailbox that never opens. */
    private static Mailbox stuck(MailboxContext context, CountDownLatch opening, AtomicInteger requests) {
        opening.countDown();
        try {
            new CountDownLatch(1).await();
        } catch (InterruptedException stopped) {
            // As a library does that takes an interrupt for a broken connection.
            context.calls().call(new Operation("profile", 1), requests::incrementAndGet);
            throw new IllegalStateException("the provider was interrupted", stopped);
        }
        throw new AssertionError("unreachable");
    }

    @Test
    void aJobThatIsHandedOutWhileTheEngineClosesOpensNoMailbox() throws Exception {
        List<JobQueue.Result> results = new CopyOnWriteArrayList<>();
        HandQueue hands = new HandQueue();
        JobQueue late = Interposed.between(JobQueue.class, hands, (method, arguments, real) -> {
            if (method.equals("close")) {
                results.add(
                        hands.hand(hands.offered.get(0), JobQueue.Hold.ALWAYS).get(30, TimeUnit.SECONDS));
            }
            return real.call(arguments);
        });
        BackfillManager manager = builder(account -> TOKEN).queue(late).build();
        JobId id = manager.forUser(EngineRig.USER)
                .start(EngineRig.request().build())
                .id();

        manager.close();

        assertThat(results).singleElement().isInstanceOf(JobQueue.Result.Again.class);
        assertThat(source.log().everOpened()).isZero();
        assertThat(store.find(id).orElseThrow().state()).isEqualTo(JobState.QUEUED);
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    @ParameterizedTest
    @EnumSource(
            value = JobState.class,
            names = {"PAUSED", "CANCELLED"})
    void aCommandThatComesWhileItsMailboxIsOpenedIsObeyedBeforeAnythingIsRead(JobState wanted) {
        CountDownLatch opening = new CountDownLatch(1);
        CountDownLatch commanded = new CountDownLatch(1);
        try (BackfillManager manager = engine(account -> {
            opening.countDown();
            awaitQuietly(commanded);
            return TOKEN;
        })) {
            UserJobs jobs = manager.forUser(EngineRig.USER);
            JobId id = jobs.start(EngineRig.request().build()).id();
            awaitQuietly(opening);
            // Claimed, and no run is there yet that could be told.
            BackfillJob told = wanted == JobState.PAUSED ? jobs.pause(id) : jobs.cancel(id);
            assertThat(told.state()).isEqualTo(JobState.RUNNING);
            commanded.countDown();

            assertThat(awaitRest(jobs, id).state()).isEqualTo(wanted);
        }
        assertThat(source.log().fetches()).isEmpty();
        assertThat(sink.keys()).isEmpty();
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
