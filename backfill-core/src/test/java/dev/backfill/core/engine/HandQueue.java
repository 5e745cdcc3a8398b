package dev.backfill.core.engine;

import dev.backfill.api.JobId;
import dev.backfill.spi.JobQueue;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;

/** A queue that runs nothing by itself: the test hands jobs out, as often and with what hold it likes. */
final class HandQueue implements JobQueue {
    private volatile @Nullable Handler handler;

    /** The thread of what was handed out last; null before. */
    volatile @Nullable Thread latest;

    /** Offers are hints; a test may look at them. */
    final List<JobId> offered = new ArrayList<>();

    @Override
    public void start(Handler newHandler, Runnable onRoom) {
        handler = newHandler;
    }

    @Override
    public synchronized boolean offer(JobId id) {
        return offered.add(id);
    }

    @Override
    public int room() {
        return 1;
    }

    @Override
    public void close() {
        // Runs belong to the test.
    }

    /** A hold that the test takes away. */
    static final class Grip implements Hold {
        private final AtomicBoolean held = new AtomicBoolean(true);

        void lose() {
            held.set(false);
        }

        @Override
        public boolean isHeld() {
            return held.get();
        }
    }

    /** Hands a job out on a thread of its own. */
    CompletableFuture<Result> hand(JobId id, Hold hold) {
        Handler started = handler;
        if (started == null) {
            throw new IllegalStateException("the engine has not started the queue");
        }
        CompletableFuture<Result> result = new CompletableFuture<>();
        Thread thread = new Thread(() -> {
            try {
                result.complete(started.run(id, hold));
            } catch (RuntimeException | Error broken) {
                result.completeExceptionally(broken);
            }
        });
        thread.setDaemon(true);
        latest = thread;
        thread.start();
        return result;
    }
}
