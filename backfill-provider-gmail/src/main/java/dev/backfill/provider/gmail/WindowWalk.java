package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.IdLister.Listing;
import dev.backfill.provider.gmail.ThreadedIds.Entry;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Walks windows: lists a window's ids whole, and gets them page by page, thread by thread. The list is kept for the next page and
 * simply made again after a restart: the order of the walk is that of ids, which never change, and the position tells which of
 * them were read. At the end the ids are listed once more: what came in meanwhile, was missed by a page that shifted, or was
 * called gone and is listed all the same, is walked as a partition of its own, or, where much came, in a further pass. A server that heeds no dates has the whole mailbox in one window; its ids are held as numbers
 * ({@link ThreadedIds}), 16 MB a million. Thread-safe, one thread a window at a time.
 */
final class WindowWalk {
    private static final int MAX_KEPT = 64;
    private static final int LATE_IDS = 16;
    private static final int MAX_LATE = 320;

    private final Windows windows;
    private final MessageFetcher fetcher;
    private final GetPlan plan;
    private final ConcurrentHashMap<String, WindowList> kept = new ConcurrentHashMap<>();
    private final AverageBytes averageBytes;
    private final GoneLabels goneLabels;
    private final SpoiltLists spoilt;

    /** What a page is walked for. */
    record Job(MailQuery query, Selection selection, Labels labels, Partition window) {}

    WindowWalk(
            Windows windows,
            MessageFetcher fetcher,
            GetPlan plan,
            GoneLabels goneLabels,
            Outages outages,
            AverageBytes averageBytes) {
        this.windows = windows;
        this.fetcher = fetcher;
        this.plan = plan;
        this.goneLabels = goneLabels;
        this.averageBytes = averageBytes;
        this.spoilt = new SpoiltLists(outages);
    }

    PageEnd fetch(Job job, Position position, PageLimit limit, PageWriter writer) {
        WindowPosition from = WindowPosition.of(position);
        Partition window = job.window();
        List<Entry> late = Scopes.late(window.scope());
        if (late != null) {
            return fetchLate(job, late, from, limit, writer);
        }
        if (position.isStart()) {
            // What an earlier walk left behind, a pass over what came in crowds perhaps, is not where this one begins.
            kept.remove(window.id());
        }
        WindowList list = kept.get(window.id());
        WindowPage page;
        try {
            if (list == null) {
                Listing fresh = position.isStart()
                        ? windows.listOrCut(job.query(), job.selection(), window, Windows.MAX_IDS)
                        : wholeAgain(job, from);
                List<Partition> parts =
                        fresh.whole() ? null : windows.split(job.query(), job.selection(), window, fresh);
                if (parts != null) {
                    return PageEnd.replaced(parts, 0, 0);
                }
                list = WindowList.of((fresh.whole() ? fresh : whole(job)).ids().intoThreads());
                list.standsFor(from);
                keep(job, list);
            }
            page = new WindowPage(this, job, list, from, limit, writer, unasked -> false);
            page.walk();
        } catch (SourceException error) {
            boolean neverListed = list == null && position.isStart();
            return spoilt.unlisted(job.query(), window, neverListed, error, writer);
        }
        if (!page.isLast()) {
            return more(page);
        }
        PageEnd end;
        try {
            end = end(job, list, page);
        } catch (SourceException error) {
            if (page.entries() > 0) {
                // The next page begins with what is wrong, and has nothing else to lose.
                return more(page);
            }
            end = spoilt.uncounted(window, error, page, writer);
        }
        if (end.isLast()) {
            kept.remove(window.id());
        }
        return end;
    }

    /** Reads what came late into a window: it is known by its ids, and there is nothing to count it by. */
    private PageEnd fetchLate(Job job, List<Entry> late, WindowPosition from, PageLimit limit, PageWriter writer) {
        WindowList list = kept.get(job.window().id());
        if (list == null) {
            list = WindowList.of(IdList.ofEntries(late).intoThreads());
            keep(job, list);
        }
        WindowPage page = new WindowPage(this, job, list, from, limit, writer, new StillListed(() -> whole(job)));
        page.walk();
        if (!page.isLast()) {
            return more(page);
        }
        kept.remove(job.window().id());
        return PageEnd.last(page.entries(), page.foreign(), null);
    }

    private static PageEnd more(WindowPage page) {
        return PageEnd.more(page.position().position(), page.entries(), page.foreign());
    }

    private Listing whole(Job job) {
        return windows.list(job.query(), job.selection(), job.window(), Integer.MAX_VALUE);
    }

    /**
     * Lists a window that another life began to walk. The server now and then says that there is nothing where there is something; were
     * that believed, the rest would never be read, or all of it twice. So it is asked once more, and then about the message that was
     * read last: one that is there and still meant a list of its window names.
     *
     * @throws SourceException of kind RETRY if the list is wrong: the position is not, and another life goes on from it
     */
    private Listing wholeAgain(Job job, WindowPosition from) {
        Listing listing = whole(job);
        Entry last = from.last();
        if (!listing.ids().isEmpty() || last == null) {
            return listing;
        }
        listing = whole(job);
        if (listing.ids().isEmpty()) {
            Fetched lastRead = fetcher.fetch(List.of(last.id()), job.selection(), job.labels())
                    .get(0);
            if (lastRead.wanted() && !lastRead.gone()) {
                throw WindowList.wronglyEmpty();
            }
        }
        return listing;
    }

    private void keep(Job job, WindowList list) {
        if (kept.size() < MAX_KEPT || kept.containsKey(job.window().id())) {
            kept.put(job.window().id(), list);
        }
    }

    /** Ends a window with the provider's own count: a second list of the same ids, less those known not to be the window's. */
    private PageEnd end(Job job, WindowList list, WindowPage page) {
        if (list.ids().isEmpty() && page.allEntries() == 0) {
            return ended(job, page, 0L, List.of());
        }
        ThreadedIds again = againIfEmpty(job);
        if (list.ids().isEmpty() && again.size() > 0) {
            // What was read last is gone and something else is there: taken up once more the walk finds it as it is.
            kept.remove(job.window().id());
            throw WindowList.changed();
        }
        List<Entry> late = list.known().lacks(again);
        List<Entry> missed = list.missedOf(again);
        if (missed.size() > MAX_LATE) {
            // Far too many to be a hiccup: the window is short of them.
            long walked = (long) page.allEntries() - page.allForeign();
            return PageEnd.last(page.entries(), page.foreign(), walked + missed.size());
        }
        if (late.size() > MAX_LATE) {
            WindowList next = list.then(late, again);
            keep(job, next);
            return PageEnd.more(page.beginOfPass(next).position(), page.entries(), page.foreign());
        }
        if (late.isEmpty() && missed.isEmpty()) {
            long there = Math.max(0, (long) again.size() - page.allForeign());
            return ended(job, page, there, List.of());
        }
        List<Entry> all = Stream.concat(late.stream(), missed.stream()).toList();
        List<Partition> rest =
                latePartitions(job.window(), IdList.ofEntries(all).intoThreads());
        return ended(job, page, null, rest);
    }

    /** Lists once more; where something was walked an empty list is asked for twice, for it is believed then. */
    private ThreadedIds againIfEmpty(Job job) {
        IdList ids = whole(job).ids();
        return (ids.isEmpty() ? whole(job).ids() : ids).intoThreads();
    }

    /** Ends a window; the labels that it was to be listed by and that are gone are left to be noted. */
    private PageEnd ended(Job job, WindowPage page, @Nullable Long there, List<Partition> rest) {
        List<Partition> parts = new ArrayList<>(rest);
        parts.addAll(goneLabels.of(job.window()));
        return new PageEnd(null, page.entries(), page.foreign(), there, null, parts, false);
    }

    /** Some messages each, no thread in two of them unless it is longer than one may be: it may be cheaper to get whole. */
    private static List<Partition> latePartitions(Partition window, ThreadedIds ids) {
        List<Partition> parts = new ArrayList<>();
        int begin = 0;
        for (int place = 0; place < ids.size(); ) {
            int end = ids.endOfThread(place);
            if (end - begin > LATE_IDS && begin < place) {
                parts.add(late(window, ids, begin, place));
                begin = place;
            }
            for (; end - begin > LATE_IDS; begin += LATE_IDS) {
                parts.add(late(window, ids, begin, begin + LATE_IDS));
            }
            place = end;
        }
        parts.add(late(window, ids, begin, ids.size()));
        return parts;
    }

    private static Partition late(Partition window, ThreadedIds ids, int from, int to) {
        String scope = Scopes.late(
                window.scope(), IntStream.range(from, to).mapToObj(ids::entry).toList());
        String id = "late:" + Hashes.sha256(window.id() + " " + scope);
        return new Partition(id, Partition.Kind.WINDOW, scope, window.from(), window.to(), null);
    }

    MessageFetcher fetcher() {
        return fetcher;
    }

    GetPlan plan() {
        return plan;
    }

    Windows windows() {
        return windows;
    }

    AverageBytes averageBytes() {
        return averageBytes;
    }

    /** Forgets what it kept. */
    void clear() {
        kept.clear();
    }
}
