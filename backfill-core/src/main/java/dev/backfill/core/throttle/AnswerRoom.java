package dev.backfill.core.throttle;

import dev.backfill.core.throttle.MemoryBudget.Reservation;
import dev.backfill.spi.TimeSource;
import org.jspecify.annotations.Nullable;

/** The memory of one large answer while it is read, let go when its request ends. Used by the request's thread alone. */
final class AnswerRoom implements AutoCloseable {
    private final MemoryBudget memory;
    private final Visit visit;
    private final Watch watch;
    private final TimeSource time;
    private @Nullable Reservation held;
    private long waitedNanos;

    AnswerRoom(MemoryBudget memory, Visit visit, Watch watch, TimeSource time) {
        this.memory = memory;
        this.visit = visit;
        this.watch = watch;
        this.time = time;
    }

    /**
     * Waits until there is room, unless some is held already: then the rest is taken without a wait, which might be one for itself.
     *
     * @throws Unwanted if others gave meanwhile what makes the answer needless
     */
    void take(long bytes) {
        Reservation before = held;
        if (before != null) {
            before.adjust(Math.max(bytes, before.bytes()));
            return;
        }
        held = memory.tryReserveToRead(bytes);
        if (held == null) {
            long begin = time.nanoTime();
            try {
                watch.whileWaiting(() -> held = memory.reserveToRead(bytes, visit.stop()));
            } finally {
                waitedNanos += Math.max(1, time.nanoTime() - begin);
            }
        }
        if (!visit.isWanted()) {
            throw new Unwanted();
        }
    }

    /** How long the answer stood still for want of memory; 0 if it did not. */
    long waitedNanos() {
        return waitedNanos;
    }

    @Override
    public void close() {
        if (held != null) {
            held.close();
        }
    }
}
