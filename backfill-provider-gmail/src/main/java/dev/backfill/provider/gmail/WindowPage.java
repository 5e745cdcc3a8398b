package dev.backfill.provider.gmail;

import dev.backfill.model.EmailMessage;
import dev.backfill.provider.gmail.MessageFetcher.Fetched;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.util.List;

/** One page of a window while it is walked. Confined to its thread. */
final class WindowPage {
    /** Where hardly an id is the window's, a page ends here for the engine to note how far it is. */
    private static final int MAX_ENTRIES = 1_000;

    private final WindowWalk walk;
    private final WindowWalk.Job job;
    private final WindowShare share;
    private final List<String> ids;
    private final WindowPosition from;
    private final PageLimit limit;
    private final PageWriter writer;
    private final int first;
    private int next;
    private int written;
    private long bytes;
    private int foreign;
    private long millis;

    WindowPage(
            WindowWalk walk,
            WindowWalk.Job job,
            WindowIds listing,
            WindowPosition from,
            PageLimit limit,
            PageWriter writer) {
        this.walk = walk;
        this.job = job;
        this.share = new WindowShare(walk.windows(), job.query(), job.selection(), job.window());
        this.ids = listing.ids();
        this.from = from;
        this.limit = limit;
        this.writer = writer;
        this.first = listing.next(from, walk::received);
        this.next = first;
        this.millis = from.millis();
    }

    void walk() {
        boolean room = true;
        while (room && next < ids.size() && hasRoom()) {
            List<Fetched> fetched = walk.takeAhead(job.window(), ids.subList(next, ids.size()));
            if (fetched.isEmpty()) {
                int end = Math.min(ids.size(), next + chunk());
                fetched = walk.fetcher().fetch(ids.subList(next, end), job.selection(), job.labels());
            }
            int before = next;
            while (room && next - before < fetched.size()) {
                room = handOver(fetched.get(next - before));
            }
            walk.keepAhead(job.window(), fetched.subList(next - before, fetched.size()));
            // When not one of them was given, the engine's breaker shall see it before more is asked for.
            room &= !fetched.stream().allMatch(Fetched::unanswered);
        }
    }

    private boolean hasRoom() {
        return written < limit.messages() && bytes < limit.bytes() && entries() < MAX_ENTRIES;
    }

    private int chunk() {
        return walk.averageBytes().fitting(limit.bytes() - bytes, (long) limit.messages() - written);
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
        try {
            ours = error != null || one.wanted() && share.holds(one);
        } catch (SourceException unlisted) {
            if (next == first) {
                throw unlisted;
            }
            // The next page begins with it, and with this error alone.
            return false;
        }
        if (!ours) {
            foreign++;
            next++;
            return true;
        }
        EmailMessage email = one.email();
        long size = email == null ? 0 : email.heapBytes();
        if (written > 0 && bytes + size > limit.bytes()) {
            return false;
        }
        next++;
        written++;
        bytes += size;
        if (email != null) {
            walk.averageBytes().saw(size);
        }
        if (one.received() != null) {
            millis = one.received().toEpochMilli();
        }
        return writer.write(item(one, job.window().scope())) == PageWriter.Verdict.CONTINUE
                && written < limit.messages();
    }

    /** What is published, or recorded, of a message met on a walk in a scope. */
    static PageItem item(Fetched one, String scope) {
        SourceException error = one.error();
        EmailMessage email = one.email();
        if (error == null && email != null) {
            return new PageItem.Message(PageItem.Change.CREATE, email);
        }
        if (error == null || one.gone()) {
            return new PageItem.Skipped(one.id(), error == null ? "OUT_OF_SCOPE" : "GONE");
        }
        return new PageItem.Failed(FailureRef.message(Scopes.base(scope), one.id()), error.kind(), error.code());
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

    Position position() {
        return WindowPosition.behind(ids, next, allEntries(), allForeign(), millis)
                .position();
    }
}
