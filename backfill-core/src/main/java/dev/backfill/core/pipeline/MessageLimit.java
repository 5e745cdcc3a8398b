package dev.backfill.core.pipeline;

import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** How many messages a job may still take. Thread-safe. */
final class MessageLimit {
    private final AtomicLong left;
    private final AtomicBoolean reached = new AtomicBoolean();

    /** Null for no bound. */
    MessageLimit(@Nullable Long max, long taken) {
        this.left = new AtomicLong(max == null ? Long.MAX_VALUE : Math.max(0, max - taken));
    }

    /** Takes one message; false if the bound is reached, which means that there is at least one more message. */
    boolean take() {
        long before = left.getAndUpdate(value -> value > 0 ? value - 1 : 0);
        if (before == 0) {
            reached.set(true);
        }
        return before > 0;
    }

    /** Takes back what was taken for messages that others read again, in this life of the job or an earlier one. */
    void giveBack(long messages) {
        long given = Math.max(0, messages);
        left.updateAndGet(value -> value > Long.MAX_VALUE - given ? Long.MAX_VALUE : value + given);
    }

    /**
     * What a walk may take.
     *
     * @param paid how many of the messages that it will list were taken before, by a walk that is begun again
     */
    Share share(long paid) {
        return new Share(paid);
    }

    /** A walk's part of the bound. Confined to the walk's thread. */
    final class Share {
        private long paid;

        private Share(long paid) {
            this.paid = paid;
        }

        /** Takes one message; false if the bound is reached. */
        boolean take() {
            if (paid > 0) {
                paid--;
                return true;
            }
            return MessageLimit.this.take();
        }
    }

    boolean isReached() {
        return reached.get();
    }
}
