package dev.backfill.core.throttle;

import dev.backfill.core.time.StopToken;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * Watches one request while its body runs, and interrupts its thread when it takes too long or the run is stopped. The
 * interrupt never outlives the request: {@link #end()} clears the flag if, and only if, it was set here. Paused and ended by the
 * thread that began it; otherwise thread-safe.
 */
final class Watch {
    /** Why the body was interrupted. */
    enum Cause {
        /** It took too long. */
        TIMEOUT,
        /** The run is stopped. */
        STOP
    }

    private final Thread thread = Thread.currentThread();
    private final Object lock = new Object();
    // Both guarded by the lock
    private boolean ended;
    private @Nullable Cause cause;

    private final TimeSource time;
    private final Duration timeout;
    private final StopToken.Registration registration;
    private TimeSource.Timer timer;

    Watch(TimeSource time, Duration timeout, StopToken stop) {
        this.time = time;
        this.timeout = timeout;
        timer = time.schedule(timeout, () -> interrupt(Cause.TIMEOUT));
        registration = stop.onStop(() -> interrupt(Cause.STOP));
    }

    private void interrupt(Cause why) {
        synchronized (lock) {
            if (!ended && cause == null) {
                cause = why;
                thread.interrupt();
            }
        }
    }

    /** Lets as much time pass as {@code wait} takes: what is waited for is not the provider. From then on there is all the time anew. */
    void whileWaiting(Runnable wait) {
        timer.cancel();
        try {
            wait.run();
        } finally {
            timer = time.schedule(timeout, () -> interrupt(Cause.TIMEOUT));
        }
    }

    /** Ends the watch, once. {@return why the body was interrupted; null if it was not} */
    @Nullable
    Cause end() {
        registration.close();
        timer.cancel();
        synchronized (lock) {
            ended = true;
            if (cause != null) {
                Thread.interrupted();
            }
            return cause;
        }
    }
}
