package dev.backfill.core.time;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.testkit.ManualTime;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class MonitorTest {
    private static final Duration MINUTE = Duration.ofMinutes(1);

    private final ManualTime time = new ManualTime();
    private final StopToken stop = new StopToken();
    private final Monitor monitor = new Monitor();
    private final AtomicInteger value = new AtomicInteger();

    @Test
    void aChangeEndsTheWait() throws Exception {
        FutureTask<Boolean> wait = started(() -> monitor.await(() -> value.get() == 2, time, MINUTE, stop));
        time.awaitTimer(MINUTE);

        monitor.change(() -> value.set(1));
        assertThat(wait).isNotDone();
        monitor.change(() -> value.set(2));

        assertThat(wait.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(time.pending()).isZero();
    }

    @Test
    void theTimeEndsTheWait() throws Exception {
        FutureTask<Boolean> wait = started(() -> monitor.await(() -> false, time, MINUTE, stop));
        time.awaitTimer(MINUTE);

        time.advance(MINUTE);

        assertThat(wait.get(30, TimeUnit.SECONDS)).isFalse();
    }

    @Test
    void aStopEndsTheWait() throws Exception {
        FutureTask<Boolean> wait = started(() -> monitor.await(() -> false, time, MINUTE, stop));
        time.awaitTimer(MINUTE);

        stop.stop();

        assertThat(wait.get(30, TimeUnit.SECONDS)).isFalse();
        assertThat(time.pending()).isZero();
    }

    @Test
    void anInterruptEndsTheWait() throws Exception {
        CountDownLatch ended = new CountDownLatch(1);
        Thread thread = new Thread(() -> {
            try {
                monitor.await(() -> false, stop);
            } catch (InterruptedException e) {
                ended.countDown();
            }
        });
        thread.start();

        thread.interrupt();

        assertThat(ended.await(30, TimeUnit.SECONDS)).isTrue();
    }

    @Test
    void whatHoldsAlreadyIsNotWaitedForEvenWhenStopped() throws Exception {
        stop.stop();

        assertThat(monitor.await(() -> true, stop)).isTrue();
        assertThat(monitor.await(() -> false, stop)).isFalse();
        assertThat(monitor.await(() -> false, time, Duration.ZERO, stop)).isFalse();
        assertThat(time.pending()).isZero();
    }

    @Test
    void aSignalLetsEveryWaiterGoNowAndLater() throws Exception {
        Signal signal = new Signal();
        FutureTask<Boolean> wait = started(() -> signal.await(time, MINUTE, stop));
        time.awaitTimer(MINUTE);

        signal.fire();

        assertThat(wait.get(30, TimeUnit.SECONDS)).isTrue();
        assertThat(signal.isFired()).isTrue();
        assertThat(signal.await(stop)).isTrue();
    }

    @Test
    void aPauseSaysWhetherTheTimeHasPassed() throws Exception {
        FutureTask<Boolean> first = started(() -> Waits.pause(time, MINUTE, stop));
        time.awaitTimer(MINUTE);
        time.advance(MINUTE);
        assertThat(first.get(30, TimeUnit.SECONDS)).isTrue();

        FutureTask<Boolean> second = started(() -> Waits.pause(time, MINUTE, stop));
        time.awaitTimer(MINUTE);
        stop.stop();
        assertThat(second.get(30, TimeUnit.SECONDS)).isFalse();
        assertThat(Waits.pause(time, Duration.ZERO, stop)).isFalse();
    }

    @Test
    void aWaitUnderAnInterruptThrows() {
        Thread.currentThread().interrupt();

        assertThatThrownBy(() -> Waits.pause(time, MINUTE, stop)).isInstanceOf(InterruptedException.class);
        assertThat(Thread.currentThread().isInterrupted()).isFalse();
        assertThat(time.pending()).isZero();
    }

    private static FutureTask<Boolean> started(java.util.concurrent.Callable<Boolean> wait) {
        FutureTask<Boolean> task = new FutureTask<>(wait);
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        thread.start();
        return task;
    }
}
