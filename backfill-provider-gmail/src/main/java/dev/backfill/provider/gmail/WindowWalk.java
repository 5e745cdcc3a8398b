package dev.backfill.provider.gmail;

import dev.backfill.model.EmailMessage;
import dev.backfill.provider.gmail.IdLister.Listing;
import dev.backfill.provider.gmail.MessageFetcher.Fetched;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Walks windows: lists a window's ids whole, puts them in the order of their text, and gets them page by page. The list is kept
 * for the next page, and simply made again after a restart. Thread-safe, one thread a window at a time.
 */
final class WindowWalk {
    private static final int MAX_KEPT = 64;
    private static final int MAX_CHUNK = 100;
    private static final Duration MAX_AGE = Duration.ofMinutes(10);
    private static final long FIRST_GUESS_BYTES = 16_384;

    private final Windows windows;
    private final MessageFetcher fetcher;
    private final InstantSource clock;
    private final ConcurrentHashMap<String, Kept> kept = new ConcurrentHashMap<>();
    private final AtomicLong averageBytes = new AtomicLong(FIRST_GUESS_BYTES);

    /** A window's ids in the order of the walk. */
    private record Kept(String[] ids, Instant listedAt) {}

    WindowWalk(Windows windows, MessageFetcher fetcher, InstantSource clock) {
        this.windows = windows;
        this.fetcher = fetcher;
        this.clock = clock;
    }

    PageEnd fetch(
            MailQuery query,
            Selection selection,
            Labels labels,
            Partition window,
            Position position,
            PageLimit limit,
            PageWriter writer) {
        WindowPosition from = WindowPosition.of(position);
        Kept listing = kept.get(window.id());
        if (listing == null || listing.listedAt().plus(MAX_AGE).isBefore(clock.instant())) {
            Listing fresh = position.isStart()
                    ? windows.listOrCut(query, selection, window, Windows.MAX_IDS)
                    : windows.list(query, selection, window, Integer.MAX_VALUE);
            if (!fresh.whole()) {
                List<Partition> parts = windows.split(window, fresh);
                if (parts != null) {
                    return PageEnd.replaced(parts, 0, 0);
                }
                fresh = windows.list(query, selection, window, Integer.MAX_VALUE);
            }
            listing = keep(window, fresh);
        }
        Page page = new Page(query, selection, labels, window, listing.ids(), from, limit, writer);
        page.walk();
        if (page.next < listing.ids().length) {
            return PageEnd.more(page.position(), page.entries(), page.foreignHere);
        }
        kept.remove(window.id());
        return PageEnd.last(page.entries(), page.foreignHere, count(query, selection, window, page));
    }

    private Kept keep(Partition window, Listing listing) {
        String[] ids = listing.ids().toArray(new String[0]);
        Arrays.sort(ids);
        Kept made = new Kept(ids, clock.instant());
        if (kept.size() < MAX_KEPT) {
            kept.put(window.id(), made);
        }
        return made;
    }

    /** The provider's own count: a second list of the same ids, less those known not to be the window's. */
    private long count(MailQuery query, Selection selection, Partition window, Page page) {
        if (page.ids.length == 0) {
            return 0;
        }
        int listed =
                windows.list(query, selection, window, Integer.MAX_VALUE).ids().size();
        return Math.max(0, listed - page.foreign());
    }

    /** One page while it is walked. Confined to its thread. */
    private final class Page {
        private final MailQuery query;
        private final Selection selection;
        private final Labels labels;
        private final Partition window;
        private final String[] ids;
        private final WindowPosition from;
        private final PageLimit limit;
        private final PageWriter writer;
        private final int first;
        private int next;
        private int written;
        private long bytes;
        private int foreignHere;

        private Page(
                MailQuery query,
                Selection selection,
                Labels labels,
                Partition window,
                String[] ids,
                WindowPosition from,
                PageLimit limit,
                PageWriter writer) {
            this.query = query;
            this.selection = selection;
            this.labels = labels;
            this.window = window;
            this.ids = ids;
            this.from = from;
            this.limit = limit;
            this.writer = writer;
            int found = Arrays.binarySearch(ids, from.lastId());
            this.first = found >= 0 ? found + 1 : -found - 1;
            this.next = first;
        }

        private void walk() {
            boolean room = true;
            while (room && next < ids.length && written < limit.messages() && bytes < limit.bytes()) {
                int end = Math.min(ids.length, next + chunk());
                List<Fetched> fetched = fetcher.fetch(List.of(Arrays.copyOfRange(ids, next, end)), selection, labels);
                refuseOutage(fetched);
                for (int i = 0; i < fetched.size() && room; i++) {
                    room = handOver(fetched.get(i));
                }
            }
        }

        private int chunk() {
            long byBytes = (limit.bytes() - bytes) / averageBytes.get() + 1;
            return (int) Math.max(1, Math.min(Math.min(byBytes, MAX_CHUNK), (long) limit.messages() - written));
        }

        /** When nothing at all is answered it is not the messages that fail: better the page fails than all of them. */
        private void refuseOutage(List<Fetched> fetched) {
            SourceException error = fetched.get(0).error();
            boolean all = fetched.size() > 1
                    && fetched.stream()
                            .allMatch(one -> one.error() != null
                                    && (one.error().kind() == SourceException.Kind.RETRY
                                            || one.error().kind() == SourceException.Kind.RETRY_SMALLER));
            if (all && error != null && next == first) {
                throw error;
            }
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
            EmailMessage email = one.email();
            boolean ours = error != null || one.wanted() && windows.holds(query, window, one.received());
            if (!ours) {
                foreignHere++;
                next++;
                return true;
            }
            long size = email == null ? 0 : email.heapBytes();
            if (written > 0 && bytes + size > limit.bytes()) {
                return false;
            }
            next++;
            written++;
            bytes += size;
            if (email != null) {
                averageBytes.updateAndGet(average -> Math.max(1, (average * 15 + size) / 16));
            }
            return writer.write(item(window.scope(), one)) == PageWriter.Verdict.CONTINUE;
        }

        private int entries() {
            return next - first;
        }

        private int foreign() {
            return from.foreign() + foreignHere;
        }

        private Position position() {
            return new WindowPosition(ids[next - 1], foreign()).position();
        }
    }

    /** What is published, or recorded, of a message met on a walk. */
    static PageItem item(String scope, Fetched one) {
        SourceException error = one.error();
        EmailMessage email = one.email();
        if (error == null && email != null) {
            return new PageItem.Message(PageItem.Change.CREATE, email);
        }
        if (error == null || one.gone()) {
            return new PageItem.Skipped(one.id(), error == null ? "OUT_OF_SCOPE" : "GONE");
        }
        return new PageItem.Failed(FailureRef.message(scope, one.id()), error.kind(), error.code());
    }

    /** Forgets what it kept. */
    void clear() {
        kept.clear();
    }
}
