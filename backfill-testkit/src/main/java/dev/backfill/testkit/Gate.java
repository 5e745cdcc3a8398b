package dev.backfill.testkit;

import java.util.function.BooleanSupplier;

/**
 * Holds a request of a scripted source until the test lets it go, as a provider does that does not answer. Thread-safe. A
 * gate that the test forgets opens by itself after twice {@link ManualTime#PATIENCE} of real time.
 */
public final class Gate {
    private final Monitor monitor = new Monitor();
    private final boolean ignoresInterrupts;
    private boolean open;
    private int entered;
    private int inside;

    private Gate(boolean ignoresInterrupts) {
        this.ignoresInterrupts = ignoresInterrupts;
    }

    /** {@return a gate that an interrupt or the closing of the mailbox opens for the request it concerns} */
    public static Gate shut() {
        return new Gate(false);
    }

    /** {@return a gate that only {@link #open()} opens: a request that hangs in native code, deaf to everything} */
    public static Gate shutForGood() {
        return new Gate(true);
    }

    /** Lets all requests through, now and later. */
    public void open() {
        monitor.run(() -> open = true);
    }

    /**
     * Blocks until so many requests have come to the gate, those let through counted.
     *
     * @param count how many
     * @throws AssertionError after {@link ManualTime#PATIENCE} of real time, or if interrupted
     */
    public void awaitEntered(int count) {
        monitor.await(() -> entered >= count, () -> count + " requests at the gate; there were " + entered);
    }

    /** {@return how many requests wait at the gate now} */
    public int inside() {
        return monitor.locked(() -> inside);
    }

    /** Waits; tells false if it was ended by an interrupt (whose flag stays set) or because the mailbox closed. */
    boolean pass(BooleanSupplier closed) {
        monitor.run(() -> {
            entered++;
            inside++;
        });
        try {
            return ignoresInterrupts ? monitor.waitDeaf(() -> open) : monitor.waitOrEnd(() -> open, closed);
        } finally {
            monitor.run(() -> inside--);
        }
    }

    void wake() {
        monitor.run(() -> {});
    }
}
