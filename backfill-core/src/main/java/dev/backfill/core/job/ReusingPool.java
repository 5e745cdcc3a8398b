package dev.backfill.core.job;

import java.util.concurrent.LinkedTransferQueue;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * A bounded pool that starts a thread only when none is idle, where the JDK's starts one with each task until it is full: with
 * hundreds of threads for a few tasks at a time that is a start a task. Tasks beyond the bound wait. Thread-safe.
 */
final class ReusingPool extends ThreadPoolExecutor {
    /**
     * Makes a pool; no thread is started yet, and none is kept that was idle for so long.
     *
     * @param most how many threads there may be, 1 or more
     * @param idleSeconds how long an idle thread is kept, 1 or more
     * @param factory makes them
     */
    ReusingPool(int most, long idleSeconds, ThreadFactory factory) {
        super(1, most, idleSeconds, TimeUnit.SECONDS, new IdleFirst(), factory, ReusingPool::enqueue);
        allowCoreThreadTimeOut(true);
    }

    /** All threads are busy. */
    private static void enqueue(Runnable task, ThreadPoolExecutor pool) {
        if (pool.isShutdown()) {
            throw new RejectedExecutionException("the pool is closed");
        }
        ((IdleFirst) pool.getQueue()).put(task);
        if (pool.isShutdown() && pool.remove(task)) {
            throw new RejectedExecutionException("the pool is closed");
        }
        if (pool.getPoolSize() == 0) {
            // All of them ended meanwhile, and one that looked at the queue before the task was in it is not coming
            // back.
            pool.prestartCoreThread();
        }
    }

    /** Takes a task at once only if a thread waits for one, so that the pool starts another otherwise. */
    private static final class IdleFirst extends LinkedTransferQueue<Runnable> {
        private static final long serialVersionUID = 1L;

        @Override
        public boolean offer(Runnable task) {
            return tryTransfer(task);
        }
    }
}
