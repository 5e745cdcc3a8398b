package dev.backfill.core.throttle;

import dev.backfill.core.throttle.MemoryBudget.Reservation;
import org.jspecify.annotations.Nullable;

/** The memory of one large answer while it is read, let go when its request ends. Used by the request's thread alone. */
final class AnswerRoom implements AutoCloseable {
    private final MemoryBudget memory;
    private final Visit visit;
    private final Watch watch;
    private @Nullable Reservation held;

    AnswerRoom(MemoryBudget memory, Visit visit, Watch watch) {
        this.memory = memory;
        this.visit = visit;
        this.watch = watch;
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
        watch.whileWaiting(() -> held = memory.reserveToRead(bytes, visit.stop()));
        if (!visit.isWanted()) {
            throw new Unwanted();
        }
    }

    @Override
    public void close() {
        if (held != null) {
            held.close();
        }
    }
}
