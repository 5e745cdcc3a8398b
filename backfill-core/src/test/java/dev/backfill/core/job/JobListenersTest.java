package dev.backfill.core.job;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.AccountRef;
import dev.backfill.api.BackfillRequest;
import dev.backfill.api.JobEvent;
import dev.backfill.api.JobId;
import dev.backfill.api.JobState;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobRecord;
import dev.backfill.testkit.ManualTime;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class JobListenersTest {
    private static final int MANY = 200;

    private final JobListeners listeners = new JobListeners("test");
    // The common pool may have a single thread, and a wait on it would then hold up what it waits for.
    private final ExecutorService threads = Executors.newCachedThreadPool();

    @AfterEach
    void end() {
        threads.shutdownNow();
    }

    private static JobEvent event(String id) {
        BackfillRequest request = BackfillRequest.builder("scripted", "me")
                .batchSize(100)
                .rateLimit(100)
                .build();
        AccountRef account = new AccountRef(UserId.of("u1"), "scripted", "me");
        JobRecord row = JobRecord.queued(new JobId(id), account, request, Instant.EPOCH, null);
        return new JobEvent.StateChanged(new JobViews(new LiveRuns()).of(row), JobState.QUEUED);
    }

    /** More jobs than any fixed number of locks could keep apart by chance. */
    @Test
    void aSlowWriteOfOneJobHoldsUpNoOther() throws Exception {
        CountDownLatch writing = new CountDownLatch(1);
        CountDownLatch answer = new CountDownLatch(1);
        CompletableFuture<Integer> slow = CompletableFuture.supplyAsync(
                () -> listeners.inOrder(new JobId("slow"), () -> {
                    writing.countDown();
                    await(answer);
                    return 1;
                }),
                threads);
        await(writing);

        CompletableFuture<Integer> others = CompletableFuture.supplyAsync(
                () -> {
                    int done = 0;
                    for (int i = 0; i < MANY; i++) {
                        done += listeners.inOrder(new JobId("job-" + i), () -> 1);
                    }
                    return done;
                },
                threads);

        assertThat(others.get(30, TimeUnit.SECONDS)).isEqualTo(MANY);
        assertThat(slow).isNotDone();
        answer.countDown();
        assertThat(slow.get(30, TimeUnit.SECONDS)).isEqualTo(1);
    }

    private static void await(CountDownLatch latch) {
        try {
            assertThat(latch.await(30, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException interrupted) {
            throw new AssertionError(interrupted);
        }
    }

    /** Time stands still, so that a wait for anything but the events' delivery would not end. */
    @Test
    void aListenerThatClosesDoesNotWaitForItselfAndTheRestIsDelivered() throws Exception {
        ManualTime time = new ManualTime();
        List<String> heard = new CopyOnWriteArrayList<>();
        CountDownLatch told = new CountDownLatch(1);
        CountDownLatch second = new CountDownLatch(1);
        listeners.add(event -> {
            heard.add(event.job().id().value());
            if (heard.size() == 1) {
                await(told);
                listeners.close(time);
            } else {
                second.countDown();
            }
        });

        listeners.tell(event("j1"));
        listeners.tell(event("j2"));
        told.countDown();

        assertThat(second.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(heard).containsExactly("j1", "j2");
    }
}
