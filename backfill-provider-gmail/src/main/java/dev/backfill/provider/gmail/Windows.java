package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.IdLister.Listing;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Operation;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Cuts a query into windows of received time and asks for them. The first holds about a thousand messages, so that search is
 * useful soon; the rest grow towards the past and are cut again when they turn out too full, at the date of a message in them,
 * which costs one get. Thread-safe.
 *
 * <p>Google does not say whether the borders of {@code after:} and {@code before:} belong to the answer, nor which of a
 * message's dates they mean. So a window asks for a second more on either side, the query's own ends for the overlap more, and
 * {@link WindowShare} decides what is whose.
 */
final class Windows {
    /**
     * The most messages of a window; the walk holds their ids, 16 bytes each. Windows are large since a thread over several of
     * them is got by each.
     */
    static final int MAX_IDS = 20_000;

    /** How many messages are cut off an over-full window. */
    static final int CUT_IDS = 18_000;

    /** About how many messages the first window holds. */
    static final int FIRST_IDS = 1_000;

    /** No mail is older: windows reach back to here and then to the beginning in one. */
    static final Instant OLDEST = Instant.parse("1990-01-01T00:00:00Z");

    /** How many times longer than the one before it a window is. Few borders: a thread over one of them is got by both sides. */
    private static final int GROWTH = 16;

    private static final Duration SHORTEST_SPAN = Duration.ofDays(1);

    /** How much more than itself a window asks for where it has a neighbour. */
    private static final Duration SIDE = Duration.ofSeconds(1);

    private final GmailClient client;
    private final ApiCalls calls;
    private final Operation get;
    private final InstantSource clock;
    private final Duration overlap;
    private final IdLister lister;

    Windows(GmailClient client, ApiCalls calls, Prices prices, InstantSource clock, Duration overlap) {
        this.client = client;
        this.calls = calls;
        this.get = prices.get();
        this.clock = clock;
        this.overlap = overlap;
        this.lister = new IdLister(client, calls, prices.list());
    }

    /** The windows of a query in its scope, newest first. */
    List<Partition> plan(MailQuery query, Selection selection, String scope) {
        // Where the user named no end, or one to come, mail that came between the job's begin and its pin, or by a
        // clock that is ahead
        // of ours,
        // belongs to the history too: no change since the pin would tell of it.
        Instant top = query.end();
        Partition whole = Scopes.window(scope, query.from(), top);
        Instant cut;
        try {
            Listing newest = listOrCut(query, selection, whole, FIRST_IDS);
            cut = newest.whole() ? null : cut(whole, newest, FIRST_IDS);
            if (cut != null && !keepsDates(query, selection, whole, newest, cut)) {
                cut = null;
            }
        } catch (SourceException unlisted) {
            if (!Outages.isUnanswered(unlisted) && !unlisted.code().equals(GmailErrors.LABEL_REFUSED)) {
                throw unlisted;
            }
            // The walk will find the same, and find out what it is about.
            cut = null;
        }
        if (cut == null) {
            return List.of(whole);
        }
        List<Partition> windows = new ArrayList<>();
        windows.add(Scopes.window(scope, cut, top));
        Instant now = clock.instant();
        Duration span = Duration.between(cut, query.to().isBefore(now) ? query.to() : now);
        span = span.compareTo(SHORTEST_SPAN) < 0 ? SHORTEST_SPAN : span;
        Instant floor = query.from() == null ? OLDEST : query.from();
        Instant to = cut;
        while (to.isAfter(floor)) {
            span = span.multipliedBy(GROWTH);
            Instant from = Duration.between(floor, to).compareTo(span) <= 0 ? floor : to.minus(span);
            windows.add(Scopes.window(scope, from, to));
            to = from;
        }
        if (query.from() == null) {
            windows.add(Scopes.window(scope, null, to));
        }
        return windows;
    }

    /** Lists a window's ids; at most {@code most} and a page more. */
    Listing list(MailQuery query, Selection selection, Partition window, int most) {
        return lister.list(selection.queries(search(query, window)), most);
    }

    /** As {@link #list}; a server that does not turn its pages gives a listing that is not whole, so that it is cut. */
    Listing listOrCut(MailQuery query, Selection selection, Partition window, int most) {
        try {
            return list(query, selection, window, most);
        } catch (SourceException dead) {
            if (dead.code().equals(GmailErrors.PAGE_TOKEN)) {
                return new Listing(new IdList(), 0, false, 0);
            }
            throw dead;
        }
    }

    /** Lists a stretch by its own bounds, to count it. */
    Listing listExact(Selection selection, Partition stretch, int most) {
        return lister.list(selection.queries(Selection.dates(stretch.from(), stretch.to())), most);
    }

    /** Lists those of a stretch that have attachments, as Gmail's own search understands that, as long as more are wanted. */
    Listing listAttached(Selection selection, Partition stretch, int most, BooleanSupplier wanted) {
        String dates = Selection.dates(stretch.from(), stretch.to());
        return lister.list(selection.queries((dates + " has:attachment").strip()), most, wanted);
    }

    /** The server's own guess of how many messages a stretch holds. */
    long guess(Selection selection, Partition stretch) {
        return lister.guess(selection.queries(Selection.dates(stretch.from(), stretch.to())));
    }

    /** The two windows that take an over-full one's place; null if it cannot be cut and must be walked as it is. */
    @Nullable
    List<Partition> split(MailQuery query, Selection selection, Partition window, Listing listing) {
        Instant cut = cut(window, listing, CUT_IDS);
        if (cut == null || !keepsDates(query, selection, window, listing, cut)) {
            return null;
        }
        return List.of(
                Scopes.window(window.scope(), cut, window.to()), Scopes.window(window.scope(), window.from(), cut));
    }

    /**
     * Says whether the server answers the two sides of a cut with different messages. One that does not heed dates would be
     * cut for ever, and each window would be everything.
     */
    private boolean keepsDates(MailQuery query, Selection selection, Partition window, Listing listing, Instant cut) {
        Partition older = Scopes.window(window.scope(), window.from(), cut);
        IdList olderIds = listOrCut(query, selection, older, 1).ids();
        if (differ(olderIds, listing.ids())) {
            return true;
        }
        // A list that is not newest first begins with old ones as well: the newer side tells.
        Partition newer = Scopes.window(window.scope(), cut, window.to());
        return differ(olderIds, listOrCut(query, selection, newer, 1).ids());
    }

    /** False if nearly all ids are among the others: some may be at the border, or have come just now. */
    private static boolean differ(IdList ids, IdList others) {
        long same = ids.stream().filter(others::contains).count();
        return same * 10 < ids.size() * 9L || ids.isEmpty();
    }

    /** The received second of the message up to which the newest are cut off; null where there is no such second. */
    private @Nullable Instant cut(Partition window, Listing listing, int messages) {
        Instant to = window.to() == null ? clock.instant() : window.to();
        Instant from = window.from() == null ? OLDEST : window.from();
        int last = Math.min(messages, listing.ids().size());
        // A message may go in the meantime; its neighbour does as well.
        for (int i = last - 1; i >= Math.max(0, last - 3); i--) {
            Instant received = received(listing.ids().get(i));
            if (received != null) {
                Instant second = Instant.ofEpochSecond(received.getEpochSecond());
                if (second.isAfter(from) && second.isBefore(to)) {
                    return second;
                }
                break;
            }
        }
        Instant middle = Instant.ofEpochSecond((from.getEpochSecond() + to.getEpochSecond()) / 2);
        return middle.isAfter(from) && middle.isBefore(to) ? middle : null;
    }

    /** When the mailbox took a message; null if it is gone or cannot be had. */
    @Nullable
    Instant received(String id) {
        try {
            return calls.call(get, () -> client.minimal(id)).internalDate();
        } catch (SourceException failed) {
            if (failed.kind() == SourceException.Kind.SKIP_MESSAGE || failed.kind() == SourceException.Kind.RETRY) {
                return null;
            }
            throw failed;
        }
    }

    private String search(MailQuery query, Partition window) {
        Instant from = window.from();
        Instant to = window.to();
        if (from != null) {
            from = from.minus(from.equals(query.from()) ? outerSide() : SIDE);
        }
        if (to != null) {
            // Mail that arrives while the job runs must not come into the overlap of a window that ends now.
            boolean past = to.equals(query.to()) && to.plus(overlap).isBefore(clock.instant());
            to = to.plus(past ? outerSide() : SIDE);
        }
        return Selection.dates(from, to);
    }

    private Duration outerSide() {
        return overlap.isZero() ? SIDE : overlap;
    }

    /** The ids that the windows on both sides of a border list. */
    Set<String> listedTwice(Selection selection, Instant border) {
        String search = Selection.dates(border.minus(SIDE), border.plus(SIDE));
        return Set.copyOf(
                lister.list(selection.queries(search), Integer.MAX_VALUE).ids());
    }

    /** Says whether an instant lies in a half-open stretch. */
    static boolean within(Instant instant, @Nullable Instant from, @Nullable Instant to) {
        return (from == null || !instant.isBefore(from)) && (to == null || instant.isBefore(to));
    }
}
