package dev.backfill.core.throttle;

import dev.backfill.core.throttle.MemoryBudget.Reservation;
import dev.backfill.core.time.StopToken;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * The memory for the answers of a piece of work, a page. It is taken when the first request may be sent, and let go again if that
 * one must wait or fails: so a mailbox that waits holds nothing that others could use. Once an answer has come it is kept until
 * its owner closes it. Thread-safe.
 */
public final class Room implements AutoCloseable {
    private final MemoryBudget budget;
    private final long bytes;
    private final StopToken stop;
    private final AtomicInteger waiting;

    private final Object lock = new Object();
    // All guarded by the lock
    private @Nullable Reservation held;
    private int sending;
    private boolean begun;

    /**
     * Takes nothing yet.
     *
     * @param budget where it will be taken from
     * @param bytes how much, 0 or more
     * @param stop ends waits for it
     * @param waiting counts the threads that wait for memory
     */
    public Room(MemoryBudget budget, long bytes, StopToken stop, AtomicInteger waiting) {
        this.budget = budget;
        this.bytes = bytes;
        this.stop = stop;
        this.waiting = waiting;
    }

    /** Takes the memory if there is some, for a request that is about to be sent. Never blocks. */
    boolean tryEnter() {
        synchronized (lock) {
            if (held == null) {
                held = budget.tryReserve(bytes);
            }
            boolean entered = held != null;
            sending += entered ? 1 : 0;
            return entered;
        }
    }

    /** A request has ended, or was not sent after all. */
    void leave(boolean answered) {
        synchronized (lock) {
            sending--;
            begun |= answered;
        }
        letGo();
    }

    /** Lets go of the memory, unless an answer has come or may come. */
    void letGo() {
        synchronized (lock) {
            if (held != null && !begun && sending == 0) {
                held.close();
                held = null;
            }
        }
    }

    /** Waits until the memory is there; a next request may find it let go again. */
    void await() {
        waiting.incrementAndGet();
        try {
            Reservation taken = budget.reserve(bytes, stop);
            synchronized (lock) {
                if (held == null) {
                    held = taken;
                } else {
                    taken.close();
                }
            }
        } finally {
            waiting.decrementAndGet();
        }
    }

    /**
     * Waits until the memory is there, and keeps it: for what comes without a request.
     *
     * @return what is held, to be closed by the caller or by {@link #close()}
     * @throws dev.backfill.spi.SourceException of kind STOPPED when stopped or interrupted; the interrupt flag is then set
     */
    public Reservation keep() {
        while (true) {
            synchronized (lock) {
                if (held != null) {
                    begun = true;
                    return held;
                }
            }
            await();
        }
    }

    /**
     * Corrects what is held to what has come, where the guess was less. Never blocks; others wait the longer for it.
     *
     * @param real bytes that have come
     */
    public void holdsAtLeast(long real) {
        synchronized (lock) {
            if (held != null && real > held.bytes()) {
                held.adjust(real);
            }
        }
    }

    /** Lets go of what is held. Idempotent. */
    @Override
    public void close() {
        synchronized (lock) {
            if (held != null) {
                held.close();
            }
        }
    }
}
