package dev.backfill.testkit;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import java.util.zip.Deflater;
import org.junit.jupiter.api.RepeatedTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledOnOs;
import org.junit.jupiter.api.condition.OS;

class ManualTimeTest {
    private final ManualTime time = new ManualTime();
    private final List<String> ran = new ArrayList<>();

    @Test
    void startsAtDifferentValuesNeitherOfThemZero() {
        assertThat(time.instant()).isEqualTo(ManualTime.DEFAULT_START);
        assertThat(time.nanoTime()).isNotZero().isNotEqualTo(time.instant().toEpochMilli() * 1_000_000);
    }

    @Test
    void advancesBothClocksAndJumpsTheWallClockAlone() {
        Instant wall = time.instant();
        long nanos = time.nanoTime();
        time.advance(Duration.ofSeconds(3));
        time.jumpWall(Duration.ofHours(-2));
        assertThat(time.instant()).isEqualTo(wall.plusSeconds(3).minusSeconds(7_200));
        assertThat(time.nanoTime()).isEqualTo(nanos + 3_000_000_000L);
        assertThatIllegalArgumentException().isThrownBy(() -> time.advance(Duration.ofNanos(-1)));
    }

    @Test
    void runsTimersInOrderEachAtItsTime() {
        Instant start = time.instant();
        time.schedule(Duration.ofSeconds(2), () -> ran.add("second " + Duration.between(start, time.instant())));
        time.schedule(Duration.ofSeconds(1), () -> ran.add("first " + Duration.between(start, time.instant())));
        time.schedule(Duration.ofSeconds(2), () -> ran.add("third"));
        time.schedule(Duration.ofSeconds(4), () -> ran.add("too late"));
        time.advance(Duration.ofSeconds(3));
        assertThat(ran).containsExactly("first PT1S", "second PT2S", "third");
        assertThat(time.pending()).isEqualTo(1);
        assertThat(time.nextDelay()).isEqualTo(Duration.ofSeconds(1));
    }

    @Test
    void runsWhatTimersSchedule() {
        time.schedule(Duration.ofSeconds(1), () -> {
            ran.add("outer");
            time.schedule(Duration.ofSeconds(1), () -> ran.add("inner"));
            time.schedule(Duration.ofSeconds(-1), () -> ran.add("at once"));
        });
        time.advance(Duration.ofSeconds(2));
        assertThat(ran).containsExactly("outer", "at once", "inner");
    }

    @Test
    void aCancelledTimerDoesNotRun() {
        TimeSource.Timer timer = time.schedule(Duration.ofSeconds(1), () -> ran.add("cancelled"));
        timer.cancel();
        timer.cancel();
        time.advance(Duration.ofSeconds(2));
        assertThat(ran).isEmpty();
        assertThatIllegalStateException().isThrownBy(time::nextDelay);
    }

    @Test
    void noTimerRunsBeforeTheTimeIsMoved() {
        time.schedule(Duration.ZERO, () -> ran.add("due"));
        assertThat(ran).isEmpty();
        time.advance(Duration.ZERO);
        assertThat(ran).containsExactly("due");
    }

    @Test
    void aTimerMustNotMoveTheTime() {
        AtomicReference<IllegalStateException> error = new AtomicReference<>();
        time.schedule(Duration.ofSeconds(1), () -> {
            try {
                time.advance(Duration.ofSeconds(1));
            } catch (IllegalStateException expected) {
                error.set(expected);
            }
        });
        time.advance(Duration.ofSeconds(1));
        assertThat(error.get()).hasMessageContaining("must not move the time");
    }

    @Test
    void aTestWaitsUntilAnotherThreadWaits() throws InterruptedException {
        CountDownLatch woken = new CountDownLatch(1);
        Thread engine = new Thread(() -> {
            time.schedule(Duration.ofHours(1), () -> {});
            time.schedule(Duration.ofSeconds(30), woken::countDown);
        });
        engine.start();
        time.awaitTimer(Duration.ofSeconds(30));
        time.awaitTimer(Duration.ofSeconds(20), Duration.ofSeconds(40));
        time.awaitPending(2);
        time.advance(Duration.ofSeconds(30));
        assertThat(woken.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void aWaitThatIsInterruptedFails() {
        Thread.currentThread().interrupt();
        org.assertj.core.api.Assertions.assertThatExceptionOfType(AssertionError.class)
                .isThrownBy(() -> time.awaitPending(1))
                .withMessageContaining("interrupted");
        assertThat(Thread.interrupted()).isTrue();
    }

    @Test
    void runsByItselfThroughHoursOfWaiting() throws InterruptedException {
        CountDownLatch done = new CountDownLatch(10);
        Instant start = time.instant();
        Runnable step = new Runnable() {
            @Override
            public void run() {
                done.countDown();
                if (done.getCount() > 0) {
                    time.schedule(Duration.ofHours(1), this);
                }
            }
        };
        time.schedule(Duration.ofHours(1), step);
        AutoAdvance running = time.autoAdvance(Duration.ofMillis(1), Duration.ofDays(2));
        try {
            assertThat(done.await(30, TimeUnit.SECONDS)).isTrue();
        } finally {
            running.close();
        }
        assertThat(Duration.between(start, time.instant())).isEqualTo(Duration.ofHours(10));
    }

    @Test
    void standsStillWhileAThreadWorksThatDoesNotLookAtTheClock() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        Thread worker = new Thread(() -> {
            long end = System.nanoTime() + TimeUnit.MILLISECONDS.toNanos(200);
            begun.countDown();
            while (System.nanoTime() - end < 0) {
                Thread.onSpinWait();
            }
            done.set(true);
        });
        worker.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(runsNextTimerOnceDone(done)).isTrue();
    }

    /** Of two threads that wake each other, one that was woken and has not run yet looks as if it waited. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void standsStillWhileWorkIsHandedFromThreadToThread() throws InterruptedException {
        int rounds = 20_000;
        Semaphore ping = new Semaphore(0);
        Semaphore pong = new Semaphore(0);
        AtomicBoolean done = new AtomicBoolean();
        Thread one = new Thread(() -> {
            for (int i = 0; i < rounds; i++) {
                ping.release();
                pong.acquireUninterruptibly();
            }
            done.set(true);
        });
        Thread other = new Thread(() -> {
            for (int i = 0; i < rounds; i++) {
                ping.acquireUninterruptibly();
                pong.release();
            }
        });
        one.start();
        other.start();
        assertThat(runsNextTimerOnceDone(done)).isTrue();
    }

    /** As a thread that takes a processor for long in one native method. */
    @Test
    @EnabledOnOs(OS.LINUX)
    void standsStillWhileAThreadWorksInNativeCode() throws InterruptedException {
        byte[] noise = new byte[8_000_000];
        new Random(1).nextBytes(noise);
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        Thread worker = new Thread(() -> {
            Deflater deflater = new Deflater();
            deflater.setInput(noise);
            deflater.finish();
            begun.countDown();
            deflater.deflate(new byte[noise.length * 2]);
            deflater.end();
            done.set(true);
        });
        worker.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(runsNextTimerOnceDone(done)).isTrue();
    }

    /**
     * It sleeps until the machine's own thread has stopped the others, which on a busy machine takes its time to begin. A few at a time:
     * twenty take longer on a slow machine than the second of work that is waited for.
     */
    @RepeatedTest(5)
    @EnabledOnOs(OS.LINUX)
    void standsStillWhileAThreadWaitsForACollection() throws InterruptedException {
        AtomicBoolean done = new AtomicBoolean();
        CountDownLatch begun = new CountDownLatch(1);
        Thread worker = new Thread(() -> {
            begun.countDown();
            for (int i = 0; i < 4; i++) {
                System.gc();
            }
            done.set(true);
        });
        worker.start();
        assertThat(begun.await(30, TimeUnit.SECONDS)).isTrue();
        assertThat(runsNextTimerOnceDone(done)).isTrue();
    }

    private boolean runsNextTimerOnceDone(AtomicBoolean done) throws InterruptedException {
        AtomicBoolean doneInTime = new AtomicBoolean();
        CountDownLatch ran = new CountDownLatch(1);
        time.schedule(Duration.ofHours(1), () -> {
            doneInTime.set(done.get());
            ran.countDown();
        });
        AutoAdvance running = time.autoAdvance(Duration.ofMillis(1), Duration.ofDays(2));
        assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
        running.close();
        return doneInTime.get();
    }

    @Test
    void standsStillAtItsBoundAndAfterItsClose() throws InterruptedException {
        AtomicInteger ticks = new AtomicInteger();
        CountDownLatch five = new CountDownLatch(5);
        Runnable tick = new Runnable() {
            @Override
            public void run() {
                ticks.incrementAndGet();
                five.countDown();
                time.schedule(Duration.ofSeconds(1), this);
            }
        };
        time.schedule(Duration.ofSeconds(1), tick);
        AutoAdvance running = time.autoAdvance(Duration.ofMillis(1), Duration.ofSeconds(5));
        assertThat(five.await(30, TimeUnit.SECONDS)).isTrue();
        running.close();
        assertThat(ticks).hasValue(5);
        assertThat(time.pending()).isEqualTo(1);
    }

    @Test
    void manyThreadsMayScheduleWhileTheTimeMoves() throws InterruptedException {
        AtomicInteger count = new AtomicInteger();
        List<Thread> threads = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            Thread thread = new Thread(() -> {
                for (int n = 0; n < 500; n++) {
                    time.schedule(Duration.ofMillis(n), count::incrementAndGet);
                }
            });
            thread.start();
            threads.add(thread);
        }
        time.advance(Duration.ofMillis(100));
        for (Thread thread : threads) {
            thread.join();
        }
        time.advance(Duration.ofSeconds(1));
        assertThat(count).hasValue(2_000);
        assertThat(time.pending()).isZero();
    }
}
