package dev.backfill.provider.microsoft;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Set;

/**
 * Pins a folder. Graph has no list of changes from now on, so a pin is a round that gives the ids of all that is there, page
 * by page, and its position is the page's token: when that is dead the round begins again.
 *
 * <p>The round takes a while, and mail that comes meanwhile is in it: no later round will tell of it, and the windows, which
 * end at the job's frozen bound, do not hold it. Where the changes have no end it is therefore a window of its own that follows
 * the pin. Stateless but for long positions; thread-safe.
 */
final class Pins {
    /** How many ids are asked for where the engine asks for one message: an id is so much smaller. */
    private static final int IDS_A_MESSAGE = 5;

    private final DeltaLists lists;
    private final LongPositions positions;
    private final Runnable access;
    private final InstantSource clock;

    /**
     * @param lists reads pages
     * @param positions keeps places
     * @param access fails the job if the mailbox itself may not be read
     * @param clock tells mail that came from mail with a date to come
     */
    Pins(DeltaLists lists, LongPositions positions, Runnable access, InstantSource clock) {
        this.lists = lists;
        this.positions = positions;
        this.access = access;
        this.clock = clock;
    }

    /** Reads one page. */
    PageEnd fetch(MailQuery query, Partition pin, Position position, PageLimit limit) {
        long bound = query.to().getEpochSecond();
        DeltaPlace place = position.isStart()
                ? new DeltaPlace(bound, true, "", Set.of())
                : DeltaPlace.decode(positions.place(position));
        DeltaLists.Answer answer;
        try {
            answer = lists.read(pin.scope(), place.query(), size(limit));
        } catch (SourceException error) {
            if (DeltaLists.isRefusal(error)) {
                access.run();
                return PageEnd.token(PinToken.none(query.to()).encode(), 0, 0);
            }
            throw error;
        }
        long end = query.openEnd() ? Math.max(place.newFrom(), endOfNewest(query, answer.page())) : bound;
        String token = answer.token();
        return token == null
                ? PageEnd.more(next(new DeltaPlace(end, true, String.valueOf(answer.next()), Set.of())), 0, 0)
                : end(query, pin, end, token);
    }

    private static int size(PageLimit limit) {
        return (int) Math.min((long) limit.messages() * IDS_A_MESSAGE, DeltaRequests.MAX_PAGE);
    }

    private Position next(DeltaPlace place) {
        return positions.position(place.encode());
    }

    /** {@return the second after the newest message of a page that is the query's and may have come by now} */
    private long endOfNewest(MailQuery query, DeltaPage page) {
        Instant now = clock.instant();
        long end = Seconds.FIRST;
        for (DeltaPage.Entry entry : page.entries()) {
            Instant received = entry.received();
            if (received != null && query.coversChange(received) && PinToken.mayHaveCome(received, now)) {
                end = Math.max(end, received.getEpochSecond() + 1);
            }
        }
        return end;
    }

    private static PageEnd end(MailQuery query, Partition pin, long end, String next) {
        PinToken token = new PinToken(end, next);
        String kept = (token.fits() ? token : PinToken.none(query.to())).encode();
        Instant newest = Seconds.instant(end);
        List<Partition> since =
                newest.isAfter(query.to()) ? List.of(Partition.window(pin.scope(), query.to(), newest)) : List.of();
        return new PageEnd(null, 0, 0, null, kept, since, false);
    }
}
