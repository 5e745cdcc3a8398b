package dev.backfill.core.throttle;

import dev.backfill.core.time.Monitor;
import dev.backfill.core.time.StopToken;
import java.util.ArrayDeque;
import java.util.Queue;

/**
 * How many bytes of mail the process may hold. Whoever asks first is served first, so that a big message is not overtaken for
 * good by small ones. Thread-safe.
 */
public final class MemoryBudget {
    private final long totalBytes;
    private final Monitor monitor = new Monitor();
    // Both guarded by the monitor
    private final Queue<Object> waiting = new ArrayDeque<>();
    private long usedBytes;

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
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be 0 or more, was " + bytes);
        }
        Object turn = new Object();
        monitor.change(() -> waiting.add(turn));
        boolean served = false;
        try {
            served = Stopped.unlessInterrupted(() -> monitor.await(() -> mayTake(turn, bytes), stop));
        } finally {
            boolean taken = served;
            monitor.change(() -> leave(turn, taken ? bytes : 0));
        }
        if (!served) {
            throw Stopped.exception();
        }
        return new Reservation(bytes);
    }

    private boolean mayTake(Object turn, long bytes) {
        return turn.equals(waiting.peek()) && (usedBytes == 0 || usedBytes + bytes <= totalBytes);
    }

    private void leave(Object turn, long bytes) {
        waiting.remove(turn);
        usedBytes += bytes;
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
        return monitor.read(waiting::size);
    }

    /** Bytes that are held. Thread-safe; closed exactly by whoever lets go of the bytes, more often does no harm. */
    public final class Reservation implements AutoCloseable {
        private long bytes;
        private boolean closed;

        private Reservation(long bytes) {
            this.bytes = bytes;
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
                    closed = true;
                }
            });
        }
    }
}
