package dev.backfill.testkit.contract;

import static org.assertj.core.api.Assertions.assertThat;

import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import java.time.Instant;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.Test;

/**
 * All that a {@link JobQueue} must do. Its author implements the methods without a body.
 *
 * <p>Not thread-safe: JUnit makes an instance for each test and calls it on one thread.
 */
public interface JobQueueContract {
    /**
     * Gives the queue under test, not started and able to run two jobs at once; the same all through a test.
     *
     * @return the queue, which the test's author closes
     */
    JobQueue queue();

    /** {@return the time by which the queue counts} */
    Instant now();

    /**
     * Moves the time by which the queue counts.
     *
     * @param duration how far
     */
    void advance(Duration duration);

    /** An offer is a run. */
    @Test
    default void whatIsOfferedIsRun() {
        QueueRuns runs = new QueueRuns();
        queue().start(runs, runs::freed);
        queue().offer(new JobId("j1"));
        queue().offer(new JobId("j2"));
        runs.awaitEnded("j1", 1);
        runs.awaitEnded("j2", 1);
    }

    /** A job that is done can be offered anew. */
    @Test
    default void aJobOfferedAgainAfterItsRunIsRunAgain() {
        QueueRuns runs = new QueueRuns();
        queue().start(runs, runs::freed);
        queue().offer(new JobId("j1"));
        runs.awaitFreed(1);
        assertThat(queue().offer(new JobId("j1"))).isTrue();
        runs.awaitEnded("j1", 2);
    }

    /** A slow job does not hold up another. */
    @Test
    default void differentJobsRunAtTheSameTime() {
        CyclicBarrier meeting = new CyclicBarrier(2);
        QueueRuns runs = new QueueRuns(id -> meeting.await(ManualTime.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        queue().start(runs, runs::freed);
        queue().offer(new JobId("j1"));
        queue().offer(new JobId("j2"));
        runs.awaitEnded("j1", 1);
        runs.awaitEnded("j2", 1);
        assertThat(runs.errors()).isEmpty();
    }

    /** However often and by whomever it is offered, a job never runs twice at once. */
    @Test
    default void aJobNeverRunsTwiceAtOnce() {
        QueueRuns runs = new QueueRuns();
        queue().start(runs, runs::freed);
        assertThat(Together.run(4, number -> {
                    for (int i = 0; i < 50; i++) {
                        queue().offer(new JobId("j1"));
                    }
                }))
                .isEmpty();
        queue().offer(new JobId("last"));
        runs.awaitEnded("last", 1);
        runs.awaitEnded("j1", 1);
        assertThat(runs.errors()).isEmpty();
    }

    /**
     * An offer takes room until its run is over, and another one of the same job takes none.
     *
     * @throws InterruptedException if the test is stopped
     */
    @Test
    default void anOfferTakesRoomUntilItsRunIsOver() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        QueueRuns runs = new QueueRuns(id -> release.await(ManualTime.PATIENCE.toSeconds(), TimeUnit.SECONDS));
        queue().start(runs, runs::freed);
        assertThat(queue().room()).isEqualTo(2);
        assertThat(queue().offer(new JobId("j1"))).isTrue();
        assertThat(queue().room()).isEqualTo(1);
        runs.awaitBegun("j1", 1);
        assertThat(queue().offer(new JobId("j1"))).isFalse();
        assertThat(queue().room()).isEqualTo(1);
        assertThat(queue().offer(new JobId("j2"))).isTrue();
        assertThat(queue().room()).isZero();
        release.countDown();
        runs.awaitFreed(2);
        assertThat(queue().room()).isEqualTo(2);
        assertThat(runs.begun("j1")).isEqualTo(1);
        queue().close();
        assertThat(queue().room()).isZero();
        assertThat(queue().offer(new JobId("j3"))).isFalse();
    }

    /** Not before its time, and then without anybody's doing. */
    @Test
    default void aJobThatAsksForItIsRunAgainAtItsTime() {
        QueueRuns runs = new QueueRuns();
        runs.answerNext("parked", new JobQueue.Result.Again(now().plusSeconds(30)));
        queue().start(runs, runs::freed);
        queue().offer(new JobId("parked"));
        runs.awaitFreed(1);
        advance(Duration.ofSeconds(29));
        queue().offer(new JobId("other"));
        runs.awaitEnded("other", 1);
        assertThat(runs.begun("parked")).isEqualTo(1);
        advance(Duration.ofSeconds(2));
        // A queue that read the time before the first step, and set its timer after it, wakes that much later.
        advance(Duration.ofSeconds(29));
        runs.awaitEnded("parked", 2);
    }

    /**
     * Closing lets a run end.
     *
     * @throws InterruptedException if the test is stopped
     */
    @Test
    default void closeWaitsForTheRunsUnderWay() throws InterruptedException {
        CountDownLatch release = new CountDownLatch(1);
        AtomicBoolean ended = new AtomicBoolean();
        AtomicBoolean endedFirst = new AtomicBoolean();
        QueueRuns runs = new QueueRuns(id -> {
            release.await(ManualTime.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            ended.set(true);
        });
        queue().start(runs, runs::freed);
        queue().offer(new JobId("j1"));
        runs.awaitBegun("j1", 1);
        Thread closing = new Thread(() -> {
            queue().close();
            endedFirst.set(ended.get());
        });
        closing.start();
        awaitStill(closing);
        release.countDown();
        closing.join(ManualTime.PATIENCE.toMillis());
        assertThat(closing.isAlive()).isFalse();
        assertThat(endedFirst).isTrue();
    }

    /** A queue may be closed before it is started, and more than once. */
    @Test
    default void closingTwiceDoesNothing() {
        queue().close();
        queue().close();
    }

    private static void awaitStill(Thread thread) {
        while (thread.getState() == Thread.State.NEW || thread.getState() == Thread.State.RUNNABLE) {
            Thread.onSpinWait();
        }
    }
}
