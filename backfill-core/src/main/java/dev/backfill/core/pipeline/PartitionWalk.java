package dev.backfill.core.pipeline;

import dev.backfill.core.throttle.MailboxGate;
import dev.backfill.core.throttle.PageSizer;
import dev.backfill.core.throttle.Room;
import dev.backfill.core.time.StopToken;
import dev.backfill.spi.EmailEvent.SyncType;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import dev.backfill.spi.SourceException.Kind;
import dev.backfill.spi.SourceException.Scope;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;

/**
 * Walks one partition on a thread of its own: fetches a page, hands its messages to the sink, and fetches the next while the
 * sink still acknowledges, as long as not too many pages wait. All that follows from a page is decided by the run's thread.
 */
final class PartitionWalk implements Runnable {
    /** What all walks of a run share. */
    record Shared(
            RunScope scope,
            PageDelivery delivery,
            MailboxGate gate,
            PageRoom room,
            int batchSize,
            MessageLimit limit,
            StopToken stop,
            RunInbox inbox,
            AtomicInteger blockedBySink) {}

    private final Shared shared;
    private final Partition partition;
    private final Position start;
    private final PageFetcher fetcher;
    private final PageSelection selection;
    private final PagesAhead pagesAhead;
    private final PageSizer sizer;
    private volatile long pagesBegun;

    PartitionWalk(Shared shared, Partition partition, Position start, PageFetcher fetcher, PageSelection selection) {
        this.shared = shared;
        this.partition = partition;
        this.start = start;
        this.fetcher = fetcher;
        this.selection = selection;
        this.sizer = new PageSizer(shared.batchSize(), shared.gate().metrics());
        RunScope scope = shared.scope();
        this.pagesAhead = new PagesAhead(
                scope.walkRoom(), scope.time(), scope.config().pagesAhead(), shared.stop(), shared.blockedBySink());
    }

    Partition partition() {
        return partition;
    }

    /** How many pages were begun to be handed over; final once the walk's end is in the inbox. */
    long pagesBegun() {
        return pagesBegun;
    }

    /** Lets the walk fetch so many more pages. */
    void pagesStored(int pages) {
        pagesAhead.stored(pages);
    }

    @Override
    public void run() {
        try {
            walk();
            end(null);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            end(stopped);
        } catch (RuntimeException failed) {
            end(failed);
        } catch (Error fatal) {
            end(fatal);
            throw fatal;
        }
    }

    private void end(@Nullable Throwable error) {
        shared.inbox().put(new RunInbox.WalkEnded(this, error));
    }

    private void walk() throws InterruptedException {
        Position position = start;
        while (position != null) {
            pagesAhead.begin();
            Fetched fetched = fetch(position);
            if (shared.stop().isStopped()) {
                fetched.room().close();
                throw new InterruptedException("stopped between two pages");
            }
            Page page = hand(fetched);
            position = page.isCut() ? null : fetched.end().next();
        }
    }

    /** A page as the provider gave it, and the memory it holds. */
    private record Fetched(PageEnd end, PageBuffer buffer, Room room) {}

    private Fetched fetch(Position position) {
        int smallest = 0;
        for (int attempts = 1; ; attempts++) {
            try {
                return fetchOnce(position);
            } catch (SourceException error) {
                if (error.kind() != Kind.RETRY_SMALLER) {
                    throw error;
                }
                // At one message a page there is nothing smaller to ask for: then it is an error like others that pass.
                if (!sizer.tooBig() && !shared.gate().mayRetry(++smallest)) {
                    throw error;
                }
            }
            shared.gate().awaitRetry(attempts);
        }
    }

    private Fetched fetchOnce(Position position) {
        PageLimit limit = shared.room().limitFor(sizer.messages());
        Room room = new Room(
                shared.scope().memory(), shared.room().expectedBytes(limit), shared.stop(), shared.blockedBySink());
        boolean kept = false;
        try {
            PageBuffer buffer = new PageBuffer(limit, room);
            PageEnd end = shared.gate().inRoom(room, () -> fetcher.fetch(position, limit, buffer));
            requireBalanced(end, buffer);
            sizer.good();
            shared.room().learn(buffer);
            kept = true;
            return new Fetched(end, buffer, room);
        } finally {
            if (!kept) {
                room.close();
            }
        }
    }

    private void requireBalanced(PageEnd end, PageBuffer buffer) {
        int expected = end.entries() - end.repeats();
        if (expected != buffer.items().size()) {
            throw SourceException.of(Kind.FAIL_JOB, Scope.PARTITION, "ACCOUNTING")
                    .build("Partition " + partition.id() + ": the provider's answer held " + expected
                            + " new entries, but " + buffer.items().size()
                            + " were decoded. Nothing was skipped; report"
                            + " this as a defect of the provider plug-in.");
        }
    }

    private Page hand(Fetched fetched) {
        PageSelection.Selected selected = selection.select(fetched.buffer().items());
        long number = pagesBegun;
        pagesBegun = number + 1;
        Page page = new Page(
                number,
                fetched.end(),
                selected,
                fetched.room().keep(),
                settled -> shared.inbox().put(new RunInbox.PageSettled(this, settled)));
        shared.delivery()
                .deliver(
                        page,
                        selected.items(),
                        messageId -> fetched.buffer().scopeOf(messageId, partition.scope()),
                        syncType());
        return page;
    }

    private SyncType syncType() {
        return partition.kind() == Partition.Kind.CHANGES ? SyncType.INCREMENTAL : SyncType.BACKFILL;
    }
}
