package dev.backfill.core.job;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TransferQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ReusingPoolTest {
    private final ReusingPool pool = new ReusingPool(3, 10, task -> {
        Thread thread = new Thread(task);
        thread.setDaemon(true);
        return thread;
    });

    @AfterEach
    void close() {
        pool.shutdownNow();
    }

    @Test
    void startsNoThreadWhileAnotherIsIdle() throws Exception {
        for (int i = 0; i < 50; i++) {
            pool.submit(() -> {}).get(10, TimeUnit.SECONDS);
            awaitIdleThread();
        }

        assertThat(pool.getLargestPoolSize()).isEqualTo(1);
    }

    /** A thread is idle once it waits for a task, which is a moment after its last one is over. */
    private void awaitIdleThread() {
        while (!((TransferQueue<Runnable>) pool.getQueue()).hasWaitingConsumer()) {
            Thread.onSpinWait();
        }
    }

    @Test
    void startsAsManyThreadsAsThereAreTasksUpToItsBoundAndLetsTheRestWait() throws Exception {
        CountDownLatch three = new CountDownLatch(3);
        CountDownLatch go = new CountDownLatch(1);
        Future<?> last = null;
        for (int i = 0; i < 5; i++) {
            last = pool.submit(() -> {
                three.countDown();
                go.await();
                return null;
            });
        }

        assertThat(three.await(10, TimeUnit.SECONDS)).isTrue();
        assertThat(pool.getPoolSize()).isEqualTo(3);
        assertThat(pool.getQueue()).hasSize(2);
        go.countDown();
        last.get(10, TimeUnit.SECONDS);
        assertThat(pool.getLargestPoolSize()).isEqualTo(3);
    }

    @Test
    void refusesTasksOnceItIsClosed() {
        pool.shutdownNow();

        assertThatThrownBy(() -> pool.execute(() -> {})).isInstanceOf(RejectedExecutionException.class);
    }
}
