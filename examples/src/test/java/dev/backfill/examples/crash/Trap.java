package dev.backfill.examples.crash;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;

/**
 * Where threads stand still that have just asked whether they may hand a message over, and have not done so yet, until the
 * process has been frozen and is thawed: then each goes on at once. So what happens to a thread by chance when its process is
 * frozen happens to all. Thread-safe.
 */
final class Trap {
    /** Short, so that no other thread of the process finds out first that it was frozen. */
    private static final long LOOK_NANOS = TimeUnit.MICROSECONDS.toNanos(200);

    /** Longer than a busy machine keeps a thread waiting, and shorter than anybody is frozen who is to be taken over. */
    private static final long FROZEN_NANOS = TimeUnit.MILLISECONDS.toNanos(1_500);

    private final Consumer<String> tell;
    private volatile boolean set;

    /**
     * Makes a trap that lets all pass.
     *
     * @param tell is told {@code @trapped JOB} of each thread that stands in it
     */
    Trap(Consumer<String> tell) {
        this.tell = tell;
    }

    /** Holds from now on whoever comes. */
    void set() {
        set = true;
    }

    /** Passes, or stands still until the process was frozen; deaf to interrupts, as a thread of a frozen process is. */
    void pass(String job) {
        if (!set) {
            return;
        }
        tell.accept("@trapped " + job);
        boolean interrupted = false;
        long before = System.nanoTime();
        while (set) {
            LockSupport.parkNanos(LOOK_NANOS);
            interrupted |= Thread.interrupted();
            long now = System.nanoTime();
            if (now - before > FROZEN_NANOS) {
                set = false;
            }
            before = now;
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }
}
