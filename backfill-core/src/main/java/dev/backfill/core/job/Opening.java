package dev.backfill.core.job;

import dev.backfill.core.time.StopToken;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Foreign code that opens a mailbox, on a thread that must hear when the engine closes: the thread is interrupted then, while it
 * opens and only then. Thread-safe.
 */
final class Opening {
    private final ReentrantLock lock = new ReentrantLock();
    private final StopToken stop;
    private @Nullable Thread thread = Thread.currentThread();
    private boolean interrupted;

    private Opening(StopToken stop) {
        this.stop = stop;
    }

    /**
     * Opens on the calling thread. An interrupt that comes from here is taken back; one of somebody else stays.
     *
     * @param closing tells that the engine closes
     * @param stop stopped then, so that waits for quota end as well
     * @param opening opens the mailbox
     */
    static <T> T call(StopToken closing, StopToken stop, Supplier<T> opening) {
        Opening own = new Opening(stop);
        StopToken.Registration registration = closing.onStop(own::abandon);
        try {
            return opening.get();
        } finally {
            registration.close();
            own.end();
        }
    }

    private void abandon() {
        lock.lock();
        try {
            if (thread != null) {
                interrupted = true;
                stop.stop();
                thread.interrupt();
            }
        } finally {
            lock.unlock();
        }
    }

    private void end() {
        lock.lock();
        try {
            thread = null;
            if (interrupted) {
                Thread.interrupted();
            }
        } finally {
            lock.unlock();
        }
    }
}
