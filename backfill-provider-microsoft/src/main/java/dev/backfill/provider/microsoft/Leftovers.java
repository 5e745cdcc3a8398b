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
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Hands over as deleted what is in a folder that left the job: nothing happened to its messages, so that no change tells of
 * them. Stateless but for long positions; thread-safe.
 */
final class Leftovers {
    /** How a place among them begins; no place in changes does. */
    private static final String PREFIX = "l1 ";

    /** Not the folder's own name: its changes need not tell of them again. */
    private static final String TELLER = "left ";

    private final DeltaLists lists;
    private final LongPositions positions;
    private final HandedOver handedOver;
    private final InstantSource clock;

    Leftovers(DeltaLists lists, LongPositions positions, HandedOver handedOver, InstantSource clock) {
        this.lists = lists;
        this.positions = positions;
        this.handedOver = handedOver;
        this.clock = clock;
    }

    /** {@return true if a place is among them} */
    static boolean isMeant(String place) {
        return place.startsWith(PREFIX);
    }

    /**
     * What the pages share.
     *
     * @param query what the job covers
     * @param folderId the folder
     * @param revision the revision of the removals
     * @param token the pin that the folder has once all of it is told
     * @param after where the partition goes on behind them; null if they are its end
     */
    record Setting(
            MailQuery query,
            String folderId,
            String revision,
            String token,
            @Nullable Position after) {}

    /**
     * Reads one page.
     *
     * @param setting what the pages share
     * @param place where, empty for the beginning
     * @param limit how many to hand over
     * @param writer takes them
     * @return the end
     */
    PageEnd fetch(Setting setting, String place, PageLimit limit, PageWriter writer) {
        // From the list on: what another folder tells of a message that is saved meanwhile comes behind its removal.
        return handedOver.inTurn(() -> page(setting, place, limit, writer));
    }

    private PageEnd page(Setting setting, String place, PageLimit limit, PageWriter writer) {
        DeltaPlace at = place.length() <= PREFIX.length()
                ? new DeltaPlace(0, true, "", Set.of())
                : DeltaPlace.decode(place.substring(PREFIX.length()));
        // What brings a message back happens later, in Graph's whole seconds too.
        Instant askedAt = clock.instant().truncatedTo(ChronoUnit.SECONDS);
        DeltaLists.Answer answer = lists.read(setting.folderId(), at.query(), Math.min(limit.messages(), Changes.MOST));
        List<DeltaPage.Entry> entries = answer.page().entries();
        Set<String> done = new HashSet<>(at.done());
        List<String> handed = new ArrayList<>();
        String teller = TELLER + setting.folderId();
        int used = 0;
        int repeats = 0;
        boolean room = true;
        while (room && used < entries.size()) {
            DeltaPage.Entry entry = entries.get(used++);
            String mark = HandedOver.mark(entry.id(), "");
            if (at.done().contains(entry.mark())
                    || !isToBeTold(setting.query(), entry)
                    || handedOver.byOther(teller, mark)) {
                repeats++;
            } else {
                room = writer.write(new PageItem.Deleted(entry.id(), setting.revision(), askedAt))
                        == PageWriter.Verdict.CONTINUE;
                handed.add(mark);
            }
            done.add(entry.mark());
        }
        handedOver.add(teller, handed, List.of());
        return used < entries.size()
                ? PageEnd.more(position(new DeltaPlace(0, true, at.query(), done)), used, repeats)
                : end(setting, answer, repeats);
    }

    private PageEnd end(Setting setting, DeltaLists.Answer answer, int repeats) {
        String next = answer.next();
        int raw = answer.page().raw();
        if (next != null) {
            return PageEnd.more(position(new DeltaPlace(0, true, next, Set.of())), raw, repeats);
        }
        Position after = setting.after();
        return after == null ? PageEnd.scopeEnded(setting.token(), raw, repeats) : PageEnd.more(after, raw, repeats);
    }

    private static boolean isToBeTold(MailQuery query, DeltaPage.Entry entry) {
        Instant received = entry.received();
        return !entry.removed() && !entry.id().isEmpty() && (received == null || query.coversChange(received));
    }

    private Position position(DeltaPlace place) {
        return positions.position(PREFIX + place.encode());
    }
}
