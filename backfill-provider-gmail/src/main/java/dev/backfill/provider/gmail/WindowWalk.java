package dev.backfill.provider.gmail;

import dev.backfill.model.EmailMessage;
import dev.backfill.provider.gmail.IdLister.Listing;
import dev.backfill.provider.gmail.MessageFetcher.Fetched;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Walks windows: lists a window's ids whole, and gets them page by page, oldest first. The list is kept for the next page and
 * simply made again after a restart. At the end the ids are listed once more: what came in meanwhile, or was missed by a page
 * that shifted, is walked as a partition of its own, or, where that is much, by going on behind the end. A server that heeds
 * no dates has the whole mailbox in one window; its ids are held as numbers ({@link IdList}), some 30 MB a million once it is
 * listed. Thread-safe, one thread a window at a time.
 */
final class WindowWalk {
    private static final int MAX_KEPT = 64;
    private static final Duration MAX_AGE = Duration.ofMinutes(10);

    /** The most heap of messages that were fetched but found no room in their page, a window. */
    private static final long MAX_AHEAD_BYTES = 2L << 20;

    private static final int LATE_IDS = 16;
    private static final int MAX_LATE = 320;

    private final Windows windows;
    private final MessageFetcher fetcher;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, WindowIds> kept = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<String, Map<String, Fetched>> ahead = new ConcurrentHashMap<>();
    private final AverageBytes averageBytes;
    private final SpoiltLists spoilt;

    /** What a page is walked for. */
    record Job(MailQuery query, Selection selection, Labels labels, Partition window) {}

    WindowWalk(
            Windows windows,
            MessageFetcher fetcher,
            GoneLabels goneLabels,
            AverageBytes averageBytes,
            InstantSource clock) {
        this.windows = windows;
        this.fetcher = fetcher;
        this.averageBytes = averageBytes;
        this.clock = clock;
        this.spoilt = new SpoiltLists(fetcher, goneLabels);
    }

    PageEnd fetch(Job job, Position position, PageLimit limit, PageWriter writer) {
        WindowPosition from = WindowPosition.of(position);
        Partition window = job.window();
        List<String> ids = Scopes.lateIds(window.scope());
        if (ids != null) {
            WindowPage page = page(job, WindowIds.of(ids, clock.instant()), from, limit, writer);
            return page.isLast() ? PageEnd.last(page.entries(), page.foreign(), null) : more(page);
        }
        WindowIds listing = kept.get(window.id());
        if (listing == null || listing.isOlderThan(maxAge(listing), clock.instant())) {
            Listing fresh;
            List<Partition> parts;
            try {
                fresh = position.isStart()
                        ? windows.listOrCut(job.query(), job.selection(), window, Windows.MAX_IDS)
                        : whole(job);
                parts = fresh.whole() ? null : windows.split(job.query(), job.selection(), window, fresh);
                if (!fresh.whole() && parts == null) {
                    fresh = whole(job);
                }
            } catch (SourceException error) {
                return spoilt.unlisted(job.query(), window, error, writer);
            }
            if (parts != null) {
                return PageEnd.replaced(parts, 0, 0);
            }
            listing = inOrder(job, fresh);
            keep(job, listing);
            ahead.remove(window.id());
        }
        WindowPage page;
        try {
            page = page(job, listing, from, limit, writer);
        } catch (SourceException error) {
            return spoilt.unlisted(job.query(), window, error, writer);
        }
        if (!page.isLast()) {
            return more(page);
        }
        kept.remove(window.id());
        ahead.remove(window.id());
        try {
            return end(job, listing, page);
        } catch (SourceException error) {
            PageEnd uncounted = spoilt.uncounted(job.query(), window, error, page, writer);
            if (!uncounted.isLast()) {
                keep(job, listing);
            }
            return uncounted;
        }
    }

    /** A list of many windows' length is used as many times as long, or most of the quota would go into listing. */
    private static Duration maxAge(WindowIds listing) {
        return MAX_AGE.multipliedBy(1 + listing.ids().size() / Windows.MAX_IDS);
    }

    private WindowPage page(Job job, WindowIds listing, WindowPosition from, PageLimit limit, PageWriter writer) {
        WindowPage page = new WindowPage(this, job, listing, from, limit, writer);
        page.walk();
        return page;
    }

    static PageEnd more(WindowPage page) {
        return PageEnd.more(page.position(), page.entries(), page.foreign());
    }

    private Listing whole(Job job) {
        return windows.list(job.query(), job.selection(), job.window(), Integer.MAX_VALUE);
    }

    private WindowIds inOrder(Job job, Listing listing) {
        boolean oneList = job.selection().queries("").size() == 1;
        return WindowIds.of(listing, oneList, clock.instant());
    }

    private void keep(Job job, WindowIds ids) {
        if (kept.size() < MAX_KEPT) {
            kept.put(job.window().id(), ids);
        }
    }

    /** Ends a window with the provider's own count: a second list of the same ids, less those known not to be the window's. */
    private PageEnd end(Job job, WindowIds listing, WindowPage page) {
        if (listing.ids().isEmpty()) {
            return PageEnd.last(page.entries(), page.foreign(), 0L);
        }
        Listing again = whole(job);
        List<String> late = listing.lacks(again);
        if (late.size() > MAX_LATE && goesOn(job, again, page)) {
            return more(page);
        }
        long there = Math.max(0, (long) again.ids().size() - page.allForeign());
        // Ids that slipped in front of a place found again after a restart: nobody knows which, so the window is short.
        long slipped = Math.max(0, (long) listing.ids().size() - page.allEntries());
        if (late.isEmpty() || slipped > 0 || late.size() > MAX_LATE) {
            long walked = (long) page.allEntries() - page.allForeign();
            return PageEnd.last(
                    page.entries(), page.foreign(), slipped > 0 ? Math.max(there, walked + slipped) : there);
        }
        List<Partition> rest = new ArrayList<>();
        for (int i = 0; i < late.size(); i += LATE_IDS) {
            rest.add(late(job.window(), late.subList(i, Math.min(late.size(), i + LATE_IDS))));
        }
        return PageEnd.replaced(rest, page.entries(), page.foreign());
    }

    /** True if a new list goes on behind the place where the old one ended; then it is kept, to be walked next. */
    private boolean goesOn(Job job, Listing again, WindowPage page) {
        WindowIds fresh = inOrder(job, again);
        WindowPosition here = WindowPosition.of(page.position());
        boolean more = fresh.next(here, windows::received) < fresh.ids().size();
        if (more) {
            keep(job, fresh);
        }
        return more;
    }

    private static Partition late(Partition window, List<String> ids) {
        String scope = Scopes.late(window.scope(), ids);
        String id = "late:" + Hashes.sha256(window.id() + " " + scope);
        return new Partition(id, Partition.Kind.WINDOW, scope, window.from(), window.to(), null);
    }

    MessageFetcher fetcher() {
        return fetcher;
    }

    Windows windows() {
        return windows;
    }

    AverageBytes averageBytes() {
        return averageBytes;
    }

    /** Keeps what was fetched and paid for but found no room, for the next page. */
    void keepAhead(Partition window, List<Fetched> rest) {
        Map<String, Fetched> some = new HashMap<>();
        long bytes = 0;
        for (Fetched one : rest) {
            EmailMessage email = one.email();
            bytes += email == null ? 0 : email.heapBytes();
            if (bytes > MAX_AHEAD_BYTES) {
                break;
            }
            if (one.error() == null) {
                some.put(one.id(), one);
            }
        }
        if (kept.containsKey(window.id())) {
            ahead.put(window.id(), some);
        }
    }

    /** What {@link #keepAhead} kept of the ids, up to the first that it did not; it is kept no longer. */
    List<Fetched> takeAhead(Partition window, List<String> ids) {
        Map<String, Fetched> some = ahead.remove(window.id());
        List<Fetched> taken = new ArrayList<>();
        if (some == null) {
            return taken;
        }
        for (String id : ids) {
            Fetched one = some.get(id);
            if (one == null) {
                break;
            }
            taken.add(one);
        }
        return taken;
    }

    /** When the mailbox took a message; null if it is gone. */
    @Nullable
    Instant received(String id) {
        return windows.received(id);
    }

    /** Forgets what it kept. */
    void clear() {
        kept.clear();
        ahead.clear();
    }
}
