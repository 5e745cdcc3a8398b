package dev.backfill.provider.microsoft;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Walks what changed in a folder since its pin; what a change means says {@link ChangesPage}. A page whose token died in the
 * middle of a round has the round begin again from the pin; where the pin itself is dead the folder is pinned anew and walked
 * again, for updates, and the engine says that deletions are unknown.
 *
 * <p>A folder that is none of the job's any more, since it was thrown away for instance, is walked under a scope of its own:
 * first what changed in it, then all that is still there, which left the job with it. Stateless but for what is remembered as
 * long as the mailbox is open; thread-safe.
 */
final class Changes {
    private static final String LEFT = "left:";
    private static final String REST = "left-lost:";
    private static final String LEFTOVERS = "l1 ";
    private static final int MOST = 100;

    private final DeltaLists lists;
    private final SingleMessages singles;
    private final MailboxFolders folders;
    private final WindowPlanner planner;
    private final LongPositions positions;
    private final HandedOver handedOver = new HandedOver();

    Changes(
            DeltaLists lists,
            SingleMessages singles,
            MailboxFolders folders,
            WindowPlanner planner,
            LongPositions positions) {
        this.lists = lists;
        this.singles = singles;
        this.folders = folders;
        this.planner = planner;
        this.positions = positions;
    }

    /** Makes the partition of a folder that is none of the job's any more. */
    static Partition left(String folderId, String token) {
        return Partition.changes(LEFT + folderId, token);
    }

    /** Reads one page. */
    PageEnd fetch(MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        PinToken pin = PinToken.decode(partition.token());
        String scope = partition.scope();
        String place = positions.place(position);
        if (scope.startsWith(REST) || place.startsWith(LEFTOVERS)) {
            String folderId = scope.substring(scope.indexOf(':') + 1);
            return leftovers(query, folderId, revision(partition), place, limit, writer);
        }
        boolean left = scope.startsWith(LEFT);
        String folderId = left ? scope.substring(LEFT.length()) : scope;
        if (pin == null || pin.query() == null) {
            return lost(query, partition, folderId, left);
        }
        DeltaPlace at =
                position.isStart() ? new DeltaPlace(pin.newFrom(), pin.query(), Set.of()) : DeltaPlace.decode(place);
        DeltaLists.Answer answer;
        try {
            answer = lists.read(folderId, at.query(), Math.min(limit.messages(), MOST));
        } catch (SourceException error) {
            if (error.kind() != SourceException.Kind.RESTART_PARTITION && !DeltaLists.isRefusal(error)) {
                throw error;
            }
            if (!position.isStart()) {
                throw LongPositions.unreadable("the server gave " + error.code() + " in the middle of it");
            }
            return lost(query, partition, folderId, left);
        }
        ChangesPage page = new ChangesPage(
                new ChangesPage.Setting(
                        query, scope, folderId, left, revision(partition), pin.newFrom(), folders, handedOver),
                at,
                answer.page().entries());
        page.walk(singles, limit, writer);
        handedOver.add(scope, page.handed());
        return end(partition, answer, page, left);
    }

    private PageEnd end(Partition partition, DeltaLists.Answer answer, ChangesPage page, boolean left) {
        if (!page.isWhole()) {
            return PageEnd.more(positions.position(page.here().encode()), page.used(), page.repeats());
        }
        int raw = answer.page().raw();
        String token = answer.token();
        if (token == null) {
            DeltaPlace next = new DeltaPlace(page.newFrom(), String.valueOf(answer.next()), Set.of());
            return PageEnd.more(positions.position(next.encode()), raw, page.repeats());
        }
        if (left) {
            return PageEnd.more(new Position(LEFTOVERS), raw, page.repeats());
        }
        PinToken next = new PinToken(page.newFrom(), token);
        // A pin that cannot be kept leaves the one before in its place: the same is read again then, but nothing is
        // lost.
        return PageEnd.token(next.fits() ? next.encode() : String.valueOf(partition.token()), raw, page.repeats());
    }

    /** A removal has no revision of the server's: the token that its round began from stands for it. */
    private static String revision(Partition partition) {
        PinToken pin = PinToken.decode(partition.token());
        String query = pin == null ? null : pin.query();
        return Hashes.hex("delta:" + (query == null ? partition.token() : query));
    }

    /** What is to be walked where changes are lost. */
    private PageEnd lost(MailQuery query, Partition partition, String folderId, boolean left) {
        if (left) {
            return PageEnd.replaced(
                    List.of(Partition.changes(REST + folderId, String.valueOf(partition.token()))), 0, 0);
        }
        return PageEnd.replaced(again(query, List.of(folders.folder(folderId))), 0, 0);
    }

    /** Plans folders to be pinned anew and walked again, for updates. */
    List<Partition> again(MailQuery query, List<Folder> some) {
        List<Partition> plan = new ArrayList<>();
        some.forEach(folder -> plan.add(Upserts.of(Partition.pin(folder.id()))));
        plan.addAll(Upserts.of(planner.plan(some, query.from(), query.to())));
        return plan;
    }

    /** Hands over all that is in a folder which left the job. */
    private PageEnd leftovers(
            MailQuery query, String folderId, String revision, String place, PageLimit limit, PageWriter writer) {
        DeltaPlace at = place.length() <= LEFTOVERS.length()
                ? new DeltaPlace(0, "", Set.of())
                : DeltaPlace.decode(place.substring(LEFTOVERS.length()));
        DeltaLists.Answer answer = lists.read(folderId, at.query(), Math.min(limit.messages(), MOST));
        List<DeltaPage.Entry> entries = answer.page().entries();
        List<String> done = new ArrayList<>(at.done());
        int used = 0;
        int repeats = 0;
        boolean room = true;
        while (room && used < entries.size()) {
            DeltaPage.Entry entry = entries.get(used++);
            Instant received = entry.received();
            boolean outside = received != null && !query.coversChange(received);
            if (outside || entry.removed() || entry.id().isEmpty() || at.done().contains(entry.mark())) {
                repeats++;
            } else {
                room = writer.write(new PageItem.Deleted(entry.id(), revision)) == PageWriter.Verdict.CONTINUE;
            }
            done.add(entry.mark());
        }
        if (used < entries.size()) {
            return PageEnd.more(leftover(new DeltaPlace(0, at.query(), Set.copyOf(done))), used, repeats);
        }
        String next = answer.next();
        int raw = answer.page().raw();
        return next == null
                ? PageEnd.last(raw, repeats, null)
                : PageEnd.more(leftover(new DeltaPlace(0, next, Set.of())), raw, repeats);
    }

    private Position leftover(DeltaPlace place) {
        return positions.position(LEFTOVERS + place.encode());
    }
}
