package dev.backfill.testkit.contract;

import dev.backfill.testkit.ManualTime;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;

/** Runs something on several threads that begin at the same moment. */
final class Together {
    private Together() {}

    /** Something that one of several threads does. */
    @FunctionalInterface
    interface Work {
        void run(int number) throws Exception;
    }

    /** Runs the work on so many threads, waits for all, and gives what they threw. */
    static List<Throwable> run(int threads, Work work) {
        CyclicBarrier start = new CyclicBarrier(threads);
        List<Throwable> errors = Collections.synchronizedList(new ArrayList<>());
        List<Thread> running = new ArrayList<>();
        for (int i = 0; i < threads; i++) {
            int number = i;
            Thread thread = new Thread(() -> attempt(start, work, number, errors), "contract-" + number);
            thread.setDaemon(true);
            thread.start();
            running.add(thread);
        }
        for (Thread thread : running) {
            join(thread);
        }
        return List.copyOf(errors);
    }

    // A test thread must hand on whatever ends it, or its failure would be lost.
    @SuppressWarnings("PMD.AvoidCatchingThrowable")
    private static void attempt(CyclicBarrier start, Work work, int number, List<Throwable> errors) {
        try {
            start.await(ManualTime.PATIENCE.toSeconds(), TimeUnit.SECONDS);
            work.run(number);
        } catch (Throwable error) {
            errors.add(error);
        }
    }

    private static void join(Thread thread) {
        try {
            thread.join(ManualTime.PATIENCE.toMillis());
        } catch (InterruptedException interrupted) {
            Thread.currentThread().interrupt();
            throw new AssertionError("interrupted while waiting for " + thread.getName(), interrupted);
        }
        if (thread.isAlive()) {
            throw new AssertionError(thread.getName() + " did not end within " + ManualTime.PATIENCE);
        }
    }
}
