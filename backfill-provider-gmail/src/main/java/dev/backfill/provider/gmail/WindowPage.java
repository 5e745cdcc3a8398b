package dev.backfill.provider.gmail;

import dev.backfill.model.EmailMessage;
import dev.backfill.provider.gmail.ThreadedIds.Entry;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.SourceException;
import java.util.function.Predicate;

/** One page of a window while it is walked. Confined to its thread. */
final class WindowPage {
    /** Where hardly an id is the window's, a page ends here for the engine to note how far it is. */
    private static final int MAX_ENTRIES = 1_000;

    private final WindowWalk walk;
    private final WindowWalk.Job job;
    private final WindowShare share;
    private final WindowList list;
    private final ThreadedIds ids;
    private final WindowPosition from;
    private final PageLimit limit;
    private final PageWriter writer;
    private final Predicate<String> stillListed;
    private final WalkedIds walked;
    private final int first;
    private int next;
    private int written;
    private long bytes;
    private int foreign;

    /**
     * @param stillListed says of a message that the server calls gone whether its lists name it all the same, so that it is a
     *     failure; false where the end of the walk will ask
     */
    WindowPage(
            WindowWalk walk,
            WindowWalk.Job job,
            WindowList list,
            WindowPosition from,
            PageLimit limit,
            PageWriter writer,
            Predicate<String> stillListed) {
        this.walk = walk;
        this.job = job;
        this.share = new WindowShare(walk.windows(), job.query(), job.selection(), job.window());
        this.list = list;
        this.ids = list.ids();
        this.from = from;
        this.limit = limit;
        this.writer = writer;
        this.stillListed = stillListed;
        this.walked = from.walked().copy();
        this.first = list.next(from);
        this.next = first;
    }

    void walk() {
        try {
            boolean room = true;
            while (room && next < ids.size() && hasRoom()) {
                // When not one of them was given, the engine's breaker shall see it before more is asked for.
                boolean given = list.ahead(ids.id(next)) != null || fetch();
                room = handOverAll() && given;
            }
        } finally {
            list.trimAhead(next);
        }
    }

    /** Gets the next messages; false if the server gave none of them. */
    private boolean fetch() {
        long bytesLeft = limit.bytes() - bytes;
        long ahead = list.aheadBytes();
        // What others overtook, as a large message that waits for memory is, is asked for by itself, or they would pile
        // up before it.
        int count = ahead > WindowList.MAX_AHEAD_BYTES
                ? 1
                : walk.averageBytes().fitting(bytesLeft, (long) limit.messages() - written);
        MessageFetcher.Batch batch = walk.fetcher()
                .fetch(
                        walk.plan().next(list, next, count),
                        job.selection(),
                        job.labels(),
                        WindowList.toGet(bytesLeft, ahead));
        list.keepAhead(batch.messages());
        list.foundBig(batch.bigThreads());
        walk.averageBytes().answered();
        return !batch.messages().stream().allMatch(Fetched::unanswered);
    }

    /** Hands over what is fetched, up to the first message that is not; false if the page ends. */
    private boolean handOverAll() {
        boolean room = true;
        while (room && next < ids.size() && hasRoom()) {
            int place = next;
            Fetched one = list.ahead(ids.id(place));
            if (one == null) {
                break;
            }
            room = handOver(one);
            if (next > place) {
                list.handedOver(one.id());
            }
        }
        return room;
    }

    private boolean hasRoom() {
        return written < limit.messages() && bytes < limit.bytes() && entries() < MAX_ENTRIES;
    }

    /** Hands one message over; false if the page ends before or with it. */
    private boolean handOver(Fetched one) {
        SourceException error = one.error();
        if (error != null && one.stopsPage()) {
            if (next == first) {
                throw error;
            }
            return false;
        }
        boolean ours;
        boolean lost;
        try {
            ours = error != null || one.wanted() && share.holds(one);
            lost = one.gone() && stillListed.test(one.id());
        } catch (SourceException unlisted) {
            if (next == first) {
                throw unlisted;
            }
            // The next page begins with it, and with this error alone.
            return false;
        }
        if (!ours) {
            foreign++;
            usedUp(one);
            return true;
        }
        EmailMessage email = one.email();
        long size = one.heapBytes();
        if (written > 0 && bytes + size > limit.bytes()) {
            return false;
        }
        usedUp(one);
        written++;
        bytes += size;
        if (email != null) {
            walk.averageBytes().saw(one.bytes());
        }
        return writer.write(WindowItem.of(one, job.window(), lost)) == PageWriter.Verdict.CONTINUE
                && written < limit.messages();
    }

    private void usedUp(Fetched one) {
        if (one.gone()) {
            list.missed(ids.entry(next));
        } else {
            list.had(ids.entry(next));
            walked.add(one.id());
        }
        next++;
    }

    boolean isLast() {
        return next == ids.size();
    }

    /** How many ids this page used up. */
    int entries() {
        return next - first;
    }

    /** How many of these were not the window's. */
    int foreign() {
        return foreign;
    }

    /** How many ids the walk used up so far. */
    int allEntries() {
        return from.entries() + entries();
    }

    int allForeign() {
        return from.foreign() + foreign;
    }

    /** Where a further pass over what came meanwhile begins. */
    WindowPosition beginOfPass(WindowList next) {
        return new WindowPosition(next.pass(), allEntries(), allForeign(), null, walked);
    }

    WindowPosition position() {
        Entry last = next == 0 ? null : ids.entry(next - 1);
        return new WindowPosition(list.pass(), allEntries(), allForeign(), last, walked);
    }
}
