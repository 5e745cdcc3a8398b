package dev.backfill.core.throttle;

import dev.backfill.core.time.Monitor;
import dev.backfill.core.time.StopToken;
import java.util.ArrayDeque;
import java.util.Queue;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of mail the process may hold. Whoever asks first is served first, so that a big message is not overtaken for
 * good by small ones. Thread-safe.
 *
 * <p>Who holds room and needs more to let go of it asks for room to finish, {@link #reserveToFinish}. It goes first, waits for
 * no plain reservation, and is let through over the budget when nobody else has room to finish: so those who hold all of it
 * cannot wait for each other, and the budget is overdrawn by one of them at the most.
 */
public final class MemoryBudget {
    private final long totalBytes;
    private final Monitor monitor = new Monitor();
    // Both guarded by the monitor
    private final Queue<Object> waiting = new ArrayDeque<>();
    private final Queue<Object> waitingToFinish = new ArrayDeque<>();
    private long usedBytes;
    private int finishing;

    /**
     * Makes a budget.
     *
     * @param totalBytes how many bytes may be held at once, 1 or more
     */
    public MemoryBudget(long totalBytes) {
        if (totalBytes < 1) {
            throw new IllegalArgumentException("totalBytes must be 1 or more, was " + totalBytes);
        }
        this.totalBytes = totalBytes;
    }

    /**
     * Reserves bytes, and waits as long as it takes for room. More than the whole budget is let through once nothing else is
     * reserved.
     *
     * @param bytes how many, 0 or more
     * @param stop ends the wait
     * @return the reservation, to be closed
     * @throws dev.backfill.spi.SourceException of kind STOPPED when stopped or interrupted; the interrupt flag is then set
     */
    public Reservation reserve(long bytes, StopToken stop) {
        return await(waiting, bytes, false, stop);
    }

    /**
     * Reserves bytes as {@link #reserve} does, if there is room and nobody waits. Never blocks.
     *
     * @param bytes how many, 0 or more
     * @return the reservation; null if there is no room now
     */
    public @Nullable Reservation tryReserve(long bytes) {
        return tryTake(bytes, false, () -> waiting.isEmpty() && mayTake(bytes, false));
    }

    /**
     * Reserves bytes for somebody who holds a reservation already and lets go of it once these are used. Waits until there is
     * room, or until nothing reserved in this way is held any more. The caller must hold nothing reserved in this way that
     * waits for the caller itself.
     *
     * @param bytes how many, 0 or more
     * @param stop ends the wait
     * @return the reservation, to be closed when what it was for is let go
     * @throws dev.backfill.spi.SourceException of kind STOPPED when stopped or interrupted; the interrupt flag is then set
     */
    public Reservation reserveToFinish(long bytes, StopToken stop) {
        return await(waitingToFinish, bytes, true, stop);
    }

    /**
     * Reserves bytes as {@link #reserveToFinish} does, if there is room and nobody waits to finish. Never blocks.
     *
     * @param bytes how many, 0 or more
     * @return the reservation; null if there is no room now
     */
    public @Nullable Reservation tryReserveToFinish(long bytes) {
        return tryTake(bytes, true, () -> waitingToFinish.isEmpty() && fits(bytes));
    }

    private @Nullable Reservation tryTake(long bytes, boolean toFinish, BooleanSupplier may) {
        requireBytes(bytes);
        boolean taken = monitor.read(() -> {
            boolean granted = may.getAsBoolean();
            if (granted) {
                take(bytes, toFinish);
            }
            return granted;
        });
        return taken ? new Reservation(bytes, toFinish) : null;
    }

    private Reservation await(Queue<Object> queue, long bytes, boolean toFinish, StopToken stop) {
        requireBytes(bytes);
        Object turn = new Object();
        monitor.change(() -> queue.add(turn));
        try {
            // Taken in the very look that finds the room, so that nobody else finds the same.
            if (!Stopped.unlessInterrupted(() -> monitor.await(() -> tryTake(queue, turn, bytes, toFinish), stop))) {
                throw Stopped.exception();
            }
            return new Reservation(bytes, toFinish);
        } finally {
            monitor.change(() -> queue.remove(turn));
        }
    }

    private boolean tryTake(Queue<Object> queue, Object turn, long bytes, boolean toFinish) {
        boolean may = turn.equals(queue.peek()) && mayTake(bytes, toFinish);
        if (may) {
            queue.remove();
            take(bytes, toFinish);
        }
        return may;
    }

    private static void requireBytes(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be 0 or more, was " + bytes);
        }
    }

    private boolean mayTake(long bytes, boolean toFinish) {
        return toFinish ? finishing == 0 || fits(bytes) : waitingToFinish.isEmpty() && (usedBytes == 0 || fits(bytes));
    }

    private boolean fits(long bytes) {
        return bytes <= totalBytes - usedBytes;
    }

    private void take(long bytes, boolean toFinish) {
        usedBytes += bytes;
        finishing += toFinish ? 1 : 0;
    }

    /** {@return the bytes reserved now; more than {@link #totalBytes()} while something is overdrawn} */
    public long usedBytes() {
        return monitor.read(() -> usedBytes);
    }

    /** {@return how many bytes may be held at once} */
    public long totalBytes() {
        return totalBytes;
    }

    /** {@return how many callers wait for room} */
    public int waiting() {
        return monitor.read(() -> waiting.size() + waitingToFinish.size());
    }

    /** Bytes that are held. Thread-safe; closed exactly by whoever lets go of the bytes, more often does no harm. */
    public final class Reservation implements AutoCloseable {
        private long bytes;
        private final boolean toFinish;
        private boolean closed;

        private Reservation(long bytes, boolean toFinish) {
            this.bytes = bytes;
            this.toFinish = toFinish;
        }

        /**
         * Corrects the size to what it really is. Never blocks; may overdraw the budget, then the next caller waits longer.
         *
         * @param newBytes how many bytes are held now, 0 or more
         */
        public void adjust(long newBytes) {
            if (newBytes < 0) {
                throw new IllegalArgumentException("newBytes must be 0 or more, was " + newBytes);
            }
            monitor.change(() -> {
                if (!closed) {
                    usedBytes += newBytes - bytes;
                    bytes = newBytes;
                }
            });
        }

        /** {@return the bytes held; 0 when closed} */
        public long bytes() {
            return monitor.read(() -> closed ? 0L : bytes);
        }

        /** Lets go of the bytes. Does nothing when called again. */
        @Override
        public void close() {
            monitor.change(() -> {
                if (!closed) {
                    usedBytes -= bytes;
                    finishing -= toFinish ? 1 : 0;
                    closed = true;
                }
            });
        }
    }
}
