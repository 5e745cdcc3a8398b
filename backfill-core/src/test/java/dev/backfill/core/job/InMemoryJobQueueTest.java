package dev.backfill.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import dev.backfill.testkit.ManualTime;
import dev.backfill.testkit.contract.JobQueueContract;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class InMemoryJobQueueTest implements JobQueueContract {
    private static final JobId JOB = new JobId("j1");

    @SuppressWarnings("UnnecessaryLambda") // a method of this name would say less
    private static final Runnable NOTHING = () -> {};

    private final ManualTime time = new ManualTime();
    private final InMemoryJobQueue queue = InMemoryJobQueue.withThreads("test", 2, time);
    private final Queue<Runnable> handed = new ArrayDeque<>();
    private final InMemoryJobQueue onHandedThreads = new InMemoryJobQueue(handed::add, 2, time);
    private final List<JobId> ran = new ArrayList<>();

    @AfterEach
    void close() {
        queue.close();
    }

    @Override
    public JobQueue queue() {
        return queue;
    }

    @Override
    public Instant now() {
        return time.instant();
    }

    @Override
    public void advance(Duration duration) {
        time.advance(duration);
    }

    @Test
    void aJobThatWaitsForAThreadIsHandedOverOnce() {
        onHandedThreads.start(this::done, NOTHING);
        onHandedThreads.offer(JOB);
        onHandedThreads.offer(JOB);
        assertThat(handed).hasSize(1);
    }

    @Test
    void anOfferCutsAWaitShort() {
        onHandedThreads.start(
                (id, hold) -> {
                    ran.add(id);
                    return new JobQueue.Result.Again(time.instant().plusSeconds(3_600));
                },
                NOTHING);
        onHandedThreads.offer(JOB);
        handed.remove().run();
        assertThat(time.nextDelay()).isEqualTo(Duration.ofHours(1));
        onHandedThreads.offer(JOB);
        handed.remove().run();
        assertThat(ran).hasSize(2);
        assertThat(time.pending()).isEqualTo(1);
    }

    @Test
    void anErrorOfARunReachesItsThreadAndTheJobCanBeOfferedAgain() {
        onHandedThreads.start(
                (id, hold) -> {
                    ran.add(id);
                    throw new OutOfMemoryError("the test wants it so");
                },
                NOTHING);
        for (int runs = 1; runs <= 2; runs++) {
            onHandedThreads.offer(JOB);
            assertThatThrownBy(handed.remove()::run).isInstanceOf(OutOfMemoryError.class);
            assertThat(ran).hasSize(runs);
        }
    }

    @Test
    void aHandlerThatThrowsDoesNotLoseTheQueue() {
        onHandedThreads.start(
                (id, hold) -> {
                    ran.add(id);
                    throw new IllegalStateException("the test wants it so");
                },
                NOTHING);
        onHandedThreads.offer(JOB);
        handed.remove().run();
        onHandedThreads.offer(JOB);
        handed.remove().run();
        assertThat(ran).hasSize(2);
    }

    @Test
    void nothingIsHandedOutAfterClose() {
        onHandedThreads.start(this::done, NOTHING);
        onHandedThreads.offer(JOB);
        onHandedThreads.close();
        handed.remove().run();
        onHandedThreads.offer(JOB);
        assertThat(ran).isEmpty();
        assertThat(handed).isEmpty();
    }

    @Test
    void anOfferBeforeTheStartIsAMistake() {
        assertThatIllegalStateException().isThrownBy(() -> onHandedThreads.offer(JOB));
        onHandedThreads.start(this::done, NOTHING);
        assertThatIllegalStateException().isThrownBy(() -> onHandedThreads.start(this::done, NOTHING));
    }

    @Test
    void closeGivesUpAfterTenSecondsAndInterruptsItsOwnThreads() throws InterruptedException {
        CountDownLatch running = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        queue.start(
                (id, hold) -> {
                    running.countDown();
                    try {
                        new CountDownLatch(1).await();
                    } catch (InterruptedException stopped) {
                        interrupted.countDown();
                    }
                    return new JobQueue.Result.Done();
                },
                NOTHING);
        queue.offer(JOB);
        assertThat(running.await(30, TimeUnit.SECONDS)).isTrue();
        Thread closing = new Thread(queue::close);
        closing.start();
        time.awaitTimer(InMemoryJobQueue.CLOSE_WAIT);
        time.advance(InMemoryJobQueue.CLOSE_WAIT.minusMillis(1));
        assertThat(closing.isAlive()).isTrue();
        time.advance(Duration.ofMillis(1));
        closing.join(30_000);
        assertThat(closing.isAlive()).isFalse();
        assertThat(interrupted.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void ownThreadsSayWhoseTheyAre() throws InterruptedException {
        CountDownLatch ended = new CountDownLatch(1);
        List<String> names = new ArrayList<>();
        queue.start(
                (id, hold) -> {
                    names.add(Thread.currentThread().getName() + " "
                            + Thread.currentThread().isDaemon());
                    ended.countDown();
                    return new JobQueue.Result.Done();
                },
                NOTHING);
        queue.offer(JOB);
        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(names).containsExactly("backfill-test-job-1 true");
    }

    private JobQueue.Result done(JobId id, JobQueue.Hold hold) {
        ran.add(id);
        return new JobQueue.Result.Done();
    }
}
