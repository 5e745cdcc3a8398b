package dev.backfill.testkit;

import java.time.Duration;
import java.util.Optional;

/**
 * How long work that does not look at the clock is waited for: as long as it takes with a processor of its own, so that a busy machine
 * makes no difference; and not for ever, for a thread may spin, or wait for another that waits for the time. Confined to a thread.
 */
final class Patience {
    private static final Duration WORK = Duration.ofSeconds(1);
    private static final Duration REAL = Duration.ofSeconds(10);

    private final long begun = System.nanoTime();
    private final Optional<Duration> before = used();

    /** Begins to wait. */
    Patience() {}

    /** {@return false once this process has used up a second of processor time since the beginning, or ten seconds have passed} */
    boolean isLeft() {
        Duration passed = Duration.ofNanos(System.nanoTime() - begun);
        if (passed.compareTo(WORK) < 0) {
            return true;
        }
        Duration worked =
                before.flatMap(start -> used().map(now -> now.minus(start))).orElse(passed);
        return worked.compareTo(WORK) < 0 && passed.compareTo(REAL) < 0;
    }

    /** The processor time of this process; empty where the machine does not tell. */
    private static Optional<Duration> used() {
        return ProcessHandle.current().info().totalCpuDuration();
    }
}
