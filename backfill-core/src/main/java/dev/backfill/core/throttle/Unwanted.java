package dev.backfill.core.throttle;

/** How a call ends that nobody wants any more by the time it could be sent. Never leaves the gate. */
final class Unwanted extends RuntimeException {
    private static final long serialVersionUID = 1L;

    Unwanted() {
        super("not wanted any more", null, false, false);
    }
}
