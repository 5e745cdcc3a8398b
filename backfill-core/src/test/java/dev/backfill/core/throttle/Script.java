package dev.backfill.core.throttle;

import java.util.ArrayDeque;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.Callable;

/** A body that fails as planned and then gives its answer. Thread-safe. */
final class Script implements Callable<String> {
    private final Queue<Throwable> failures;
    private int runs;

    Script(Throwable... failures) {
        this.failures = new ArrayDeque<>(List.of(failures));
    }

    @Override
    public synchronized String call() throws Exception {
        runs++;
        Throwable failure = failures.poll();
        if (failure instanceof Exception exception) {
            throw exception;
        }
        if (failure instanceof Error error) {
            throw error;
        }
        return "answer";
    }

    synchronized int runs() {
        return runs;
    }
}
