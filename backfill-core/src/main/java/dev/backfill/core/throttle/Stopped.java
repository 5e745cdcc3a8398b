package dev.backfill.core.throttle;

import dev.backfill.spi.SourceException;

/** How a call ends when its run is stopped or its thread is interrupted. */
final class Stopped {
    /** A wait that can be interrupted. */
    @FunctionalInterface
    interface Wait {
        boolean run() throws InterruptedException;
    }

    private Stopped() {}

    static SourceException exception() {
        return SourceException.of(SourceException.Kind.STOPPED, SourceException.Scope.MAILBOX, "STOPPED")
                .build("The job is being stopped");
    }

    /** Waits; an interrupt keeps its flag and becomes the end of the call. */
    static boolean unlessInterrupted(Wait wait) {
        try {
            return wait.run();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw exception();
        }
    }
}
