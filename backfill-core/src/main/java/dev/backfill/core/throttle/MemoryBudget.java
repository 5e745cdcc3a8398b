package dev.backfill.core.throttle;

import static java.util.Objects.requireNonNull;

import dev.backfill.core.time.Signal;
import dev.backfill.core.time.StopToken;
import java.util.ArrayDeque;
import java.util.EnumMap;
import java.util.Map;
import java.util.Queue;
import org.jspecify.annotations.Nullable;

/**
 * How many bytes of mail the process may hold. Whoever asks first is served first, so that a big message is not overtaken for
 * good by small ones. Who lets go of bytes hands them to whom they are enough for, and wakes nobody else: with a thousand mailboxes
 * in line, to have each look again with each message that is acknowledged would take more of the processor than the mail. Thread-safe.
 *
 * <p>Who holds room and needs more to let go of it asks for room to finish, {@link #reserveToFinish}. It goes before plain
 * reservations, waits for none, and is let through over the budget when nobody else has room to finish: so those who hold all of it
 * cannot wait for each other, and the budget is overdrawn by one of them at the most. Whoever reads an answer that turns out to be
 * large asks for room to read, {@link #reserveToRead}, by the same rule: one answer is always read, whatever is held.
 */
public final class MemoryBudget {
    private final long totalBytes;
    private final Object lock = new Object();
    // All guarded by the lock
    private final Map<Purpose, Queue<Ticket>> waiting = new EnumMap<>(Purpose.class);
    private final Map<Purpose, Integer> held = new EnumMap<>(Purpose.class);
    private long usedBytes;

    /** What room is for, in the order in which those who wait are served. */
    private enum Purpose {
        /** To read an answer under way, which ends by itself. */
        READ,
        /** To let go of what is held. */
        FINISH,
        /** To begin something. */
        BEGIN
    }

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
        for (Purpose purpose : Purpose.values()) {
            waiting.put(purpose, new ArrayDeque<>());
            held.put(purpose, 0);
        }
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
        return await(bytes, Purpose.BEGIN, stop);
    }

    /**
     * Reserves bytes as {@link #reserve} does, if there is room and nobody waits. Never blocks.
     *
     * @param bytes how many, 0 or more
     * @return the reservation; null if there is no room now
     */
    public @Nullable Reservation tryReserve(long bytes) {
        requireBytes(bytes);
        synchronized (lock) {
            return queue(Purpose.BEGIN).isEmpty() && mayTake(bytes, Purpose.BEGIN) ? take(bytes, Purpose.BEGIN) : null;
        }
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
        return await(bytes, Purpose.FINISH, stop);
    }

    /**
     * Reserves bytes as {@link #reserveToFinish} does, if there is room and nobody waits to finish. Never blocks.
     *
     * @param bytes how many, 0 or more
     * @return the reservation; null if there is no room now
     */
    public @Nullable Reservation tryReserveToFinish(long bytes) {
        requireBytes(bytes);
        synchronized (lock) {
            return queue(Purpose.FINISH).isEmpty() && fits(bytes) ? take(bytes, Purpose.FINISH) : null;
        }
    }

    /**
     * Reserves bytes for an answer that is being read, until it is read. Waits until there is room, or until nothing reserved in this
     * way is held any more. The caller must wait for nothing else than the answer before it lets go.
     *
     * @param bytes how many, 0 or more
     * @param stop ends the wait
     * @return the reservation, to be closed once the answer is read
     * @throws dev.backfill.spi.SourceException of kind STOPPED when stopped or interrupted; the interrupt flag is then set
     */
    public Reservation reserveToRead(long bytes, StopToken stop) {
        return await(bytes, Purpose.READ, stop);
    }

    /**
     * Reserves bytes as {@link #reserveToRead} does, if it need not wait. Never blocks.
     *
     * @param bytes how many, 0 or more
     * @return the reservation; null if it would have to wait
     */
    public @Nullable Reservation tryReserveToRead(long bytes) {
        requireBytes(bytes);
        synchronized (lock) {
            return queue(Purpose.READ).isEmpty() && mayTake(bytes, Purpose.READ) ? take(bytes, Purpose.READ) : null;
        }
    }

    private Reservation await(long bytes, Purpose purpose, StopToken stop) {
        requireBytes(bytes);
        Ticket ticket = new Ticket(bytes, purpose);
        synchronized (lock) {
            queue(purpose).add(ticket);
            serve();
        }
        boolean come = false;
        try {
            come = Stopped.unlessInterrupted(() -> ticket.served.await(stop));
        } finally {
            if (!come) {
                giveUp(ticket);
            }
        }
        if (!come) {
            throw Stopped.exception();
        }
        synchronized (lock) {
            return requireNonNull(ticket.reservation);
        }
    }

    /** Leaves the line, in which others may be next by it; what was handed over just now goes to them. */
    private void giveUp(Ticket ticket) {
        synchronized (lock) {
            if (ticket.reservation == null) {
                queue(ticket.purpose).remove(ticket);
                serve();
            } else {
                ticket.reservation.close();
            }
        }
    }

    private Queue<Ticket> queue(Purpose purpose) {
        return requireNonNull(waiting.get(purpose));
    }

    /** Hands what is free to those who are first in line, as long as it is enough for them. */
    private void serve() {
        while (serveFirst(queue(Purpose.READ))
                || serveFirst(queue(Purpose.FINISH))
                || serveFirst(queue(Purpose.BEGIN))) {
            // The next may have enough, too.
        }
    }

    private boolean serveFirst(Queue<Ticket> queue) {
        Ticket first = queue.peek();
        if (first == null || !mayTake(first.bytes, first.purpose)) {
            return false;
        }
        queue.remove();
        first.reservation = take(first.bytes, first.purpose);
        first.served.fire();
        return true;
    }

    private static void requireBytes(long bytes) {
        if (bytes < 0) {
            throw new IllegalArgumentException("bytes must be 0 or more, was " + bytes);
        }
    }

    private boolean mayTake(long bytes, Purpose purpose) {
        return switch (purpose) {
            case READ, FINISH -> requireNonNull(held.get(purpose)) == 0 || fits(bytes);
            case BEGIN ->
                queue(Purpose.READ).isEmpty() && queue(Purpose.FINISH).isEmpty() && (usedBytes == 0 || fits(bytes));
        };
    }

    private boolean fits(long bytes) {
        return bytes <= totalBytes - usedBytes;
    }

    private Reservation take(long bytes, Purpose purpose) {
        usedBytes += bytes;
        held.merge(purpose, 1, Integer::sum);
        return new Reservation(bytes, purpose);
    }

    /** {@return the bytes reserved now; more than {@link #totalBytes()} while something is overdrawn} */
    public long usedBytes() {
        synchronized (lock) {
            return usedBytes;
        }
    }

    /** {@return how many bytes may be held at once} */
    public long totalBytes() {
        return totalBytes;
    }

    /** {@return how many callers wait for room} */
    public int waiting() {
        synchronized (lock) {
            return waiting.values().stream().mapToInt(Queue::size).sum();
        }
    }

    /** Somebody in line. */
    private static final class Ticket {
        private final long bytes;
        private final Purpose purpose;
        private final Signal served = new Signal();
        /** What was handed over; guarded by the budget's lock. */
        private @Nullable Reservation reservation;

        Ticket(long bytes, Purpose purpose) {
            this.bytes = bytes;
            this.purpose = purpose;
        }
    }

    /** Bytes that are held. Thread-safe; closed exactly by whoever lets go of the bytes, more often does no harm. */
    public final class Reservation implements AutoCloseable {
        private long bytes;
        private final Purpose purpose;
        private boolean closed;

        private Reservation(long bytes, Purpose purpose) {
            this.bytes = bytes;
            this.purpose = purpose;
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
            synchronized (lock) {
                if (!closed) {
                    usedBytes += newBytes - bytes;
                    bytes = newBytes;
                    serve();
                }
            }
        }

        /** {@return the bytes held; 0 when closed} */
        public long bytes() {
            synchronized (lock) {
                return closed ? 0 : bytes;
            }
        }

        /** Lets go of the bytes. Does nothing when called again. */
        @Override
        public void close() {
            synchronized (lock) {
                if (!closed) {
                    usedBytes -= bytes;
                    held.merge(purpose, -1, Integer::sum);
                    closed = true;
                    serve();
                }
            }
        }
    }
}
