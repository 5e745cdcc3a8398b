package dev.backfill.core.pipeline;

import dev.backfill.core.throttle.MailboxGate;
import dev.backfill.core.throttle.MemoryBudget;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * How a run fetches the contents of attachments. Immutable and thread-safe.
 *
 * @param mailbox where contents are read; null where the job does not ask for them
 * @param gate through which they are asked for side by side
 * @param memory where their room comes from
 * @param limits what is fetched at the most
 * @param stop ends the wait for room
 * @param blocked counts the walks that wait for room
 */
record AttachmentContents(
        @Nullable Mailbox mailbox,
        MailboxGate gate,
        MemoryBudget memory,
        Limits limits,
        StopToken stop,
        AtomicInteger blocked) {
    /**
     * What is fetched at the most.
     *
     * @param ofAttachment the bytes of one attachment; 0 for no contents at all
     * @param ofMessage the bytes of all contents of a message: what the sink would refuse need not be read
     * @param atOnce the bytes of memory reserved at once, unless a single message takes more
     */
    record Limits(long ofAttachment, long ofMessage, long atOnce) {}

    /** The contents of a page's messages, fetched as they are asked for. */
    PageContents of(List<PageItem> items) {
        return new PageContents(this, items);
    }

    /** Waits for room without which the page cannot let go of the room that it holds. */
    MemoryBudget.Reservation reserve(long bytes) {
        blocked.incrementAndGet();
        try {
            return memory.reserveToFinish(bytes, stop);
        } finally {
            blocked.decrementAndGet();
        }
    }
}
