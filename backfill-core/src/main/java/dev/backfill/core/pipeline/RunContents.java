package dev.backfill.core.pipeline;

import dev.backfill.core.throttle.MailboxGate;
import dev.backfill.core.throttle.MemoryBudget;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.PageItem;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * How a run fetches the contents of attachments, and the MIME of whole messages. Immutable and thread-safe.
 *
 * @param mailbox where contents are read
 * @param asked what the job asks for
 * @param gate through which they are asked for side by side
 * @param memory where their room comes from
 * @param limits what is fetched at the most
 * @param stop ends the wait for room
 * @param blocked counts the walks that wait for room
 */
record RunContents(
        Mailbox mailbox,
        Asked asked,
        MailboxGate gate,
        MemoryBudget memory,
        Limits limits,
        StopToken stop,
        AtomicInteger blocked) {
    /**
     * What a job asks for.
     *
     * @param attachments true for the contents of attachments
     * @param rawMime true for the MIME of each message
     */
    record Asked(boolean attachments, boolean rawMime) {
        boolean nothing() {
            return !attachments && !rawMime;
        }
    }

    /**
     * What is fetched at the most.
     *
     * @param ofAttachment the bytes of one attachment; 0 for none of their contents
     * @param ofMessage the bytes of all contents of a message, its MIME among them: what the sink would refuse need not be read
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
