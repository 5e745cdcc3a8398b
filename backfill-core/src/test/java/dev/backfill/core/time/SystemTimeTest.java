package dev.backfill.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SystemTimeTest {
    @Test
    void tasksRunOnOneDaemonThreadThatOutlivesAFailingTask() throws Exception {
        try (SystemTime time = new SystemTime()) {
            AtomicReference<Thread> thread = new AtomicReference<>();
            CountDownLatch ran = new CountDownLatch(1);
            time.schedule(Duration.ofSeconds(-1), () -> {
                throw new IllegalStateException("planned");
            });

            time.schedule(Duration.ofNanos(1), () -> {
                thread.set(Thread.currentThread());
                ran.countDown();
            });

            assertThat(ran.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(thread.get().getName()).isEqualTo("backfill-time");
            assertThat(thread.get().isDaemon()).isTrue();
        }
    }

    @Test
    void aCancelledTaskDoesNotRun() throws Exception {
        try (SystemTime time = new SystemTime()) {
            AtomicReference<String> ran = new AtomicReference<>("nothing");
            CountDownLatch later = new CountDownLatch(1);
            // The one thread is busy until the first is cancelled, so nothing here hangs on speed.
            CountDownLatch cancelled = new CountDownLatch(1);
            time.schedule(Duration.ZERO, () -> awaitQuietly(cancelled));

            var timer = time.schedule(Duration.ZERO, () -> ran.set("cancelled one"));
            timer.cancel();
            timer.cancel();
            time.schedule(Duration.ZERO, later::countDown);
            cancelled.countDown();

            assertThat(later.await(30, TimeUnit.SECONDS)).isTrue();
            assertThat(ran).hasValue("nothing");
        }
    }

    @Test
    void aDelayLongerThanAnyLifeIsNoError() {
        try (SystemTime time = new SystemTime()) {
            time.schedule(Duration.ofSeconds(Long.MAX_VALUE), () -> {}).cancel();
        }
    }

    @Test
    void nothingIsScheduledOnceClosed() {
        SystemTime time = new SystemTime();
        time.close();
        time.close();

        assertThatThrownBy(() -> time.schedule(Duration.ZERO, () -> {})).isInstanceOf(RejectedExecutionException.class);
    }

    @Test
    void bothClocksRun() {
        try (SystemTime time = new SystemTime()) {
            assertThat(time.instant()).isNotNull();
            long first = time.nanoTime();
            assertThat(time.nanoTime() - first).isNotNegative();
        }
    }

    private static void awaitQuietly(CountDownLatch latch) {
        try {
            latch.await();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
