package dev.backfill.provider.microsoft;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Position;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Hands over as deleted what is in a folder that left the job: nothing happened to its messages, so that no change tells of
 * them. Stateless but for long positions; thread-safe.
 */
final class Leftovers {
    /** How a place among them begins; no place in changes does. */
    private static final String PREFIX = "l1 ";

    private final DeltaLists lists;
    private final LongPositions positions;
    private final InstantSource clock;

    Leftovers(DeltaLists lists, LongPositions positions, InstantSource clock) {
        this.lists = lists;
        this.positions = positions;
        this.clock = clock;
    }

    /** {@return where they begin} */
    static Position begin() {
        return new Position(PREFIX);
    }

    /** {@return true if a place is among them} */
    static boolean isMeant(String place) {
        return place.startsWith(PREFIX);
    }

    /**
     * Reads one page.
     *
     * @param query what the job covers
     * @param folderId the folder
     * @param revision the revision of the removals
     * @param place where, empty for the beginning
     * @param limit how many to hand over
     * @param writer takes them
     * @return the end, without a pin at the last
     */
    PageEnd fetch(MailQuery query, String folderId, String revision, String place, PageLimit limit, PageWriter writer) {
        DeltaPlace at = place.length() <= PREFIX.length()
                ? new DeltaPlace(0, true, "", Set.of())
                : DeltaPlace.decode(place.substring(PREFIX.length()));
        // What brings a message back happens later, in Graph's whole seconds too.
        Instant askedAt = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        DeltaLists.Answer answer = lists.read(folderId, at.query(), Math.min(limit.messages(), Changes.MOST));
        List<DeltaPage.Entry> entries = answer.page().entries();
        Set<String> done = new HashSet<>(at.done());
        int used = 0;
        int repeats = 0;
        boolean room = true;
        while (room && used < entries.size()) {
            DeltaPage.Entry entry = entries.get(used++);
            if (at.done().contains(entry.mark()) || !isToBeTold(query, entry)) {
                repeats++;
            } else {
                room = writer.write(new PageItem.Deleted(entry.id(), revision, askedAt)) == PageWriter.Verdict.CONTINUE;
            }
            done.add(entry.mark());
        }
        if (used < entries.size()) {
            return PageEnd.more(position(new DeltaPlace(0, true, at.query(), done)), used, repeats);
        }
        String next = answer.next();
        int raw = answer.page().raw();
        return next == null
                ? PageEnd.last(raw, repeats, null)
                : PageEnd.more(position(new DeltaPlace(0, true, next, Set.of())), raw, repeats);
    }

    private static boolean isToBeTold(MailQuery query, DeltaPage.Entry entry) {
        Instant received = entry.received();
        return !entry.removed() && !entry.id().isEmpty() && (received == null || query.coversChange(received));
    }

    private Position position(DeltaPlace place) {
        return positions.position(PREFIX + place.encode());
    }
}
