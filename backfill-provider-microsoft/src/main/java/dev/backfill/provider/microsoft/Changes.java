package dev.backfill.provider.microsoft;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import dev.backfill.spi.Partition;
import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

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

    /** The most entries that are asked for at once; each is a request more. */
    static final int MOST = 100;

    private final DeltaLists lists;
    private final SingleMessages singles;
    private final MailboxFolders folders;
    private final WindowPlanner planner;
    private final LongPositions positions;
    private final Runnable access;
    private final InstantSource clock;
    private final Leftovers leftovers;
    private final HandedOver handedOver = new HandedOver();
    private final Set<String> pinned = ConcurrentHashMap.newKeySet();

    /**
     * @param lists reads pages
     * @param singles reads messages
     * @param folders knows the folders
     * @param planner cuts folders that are walked again
     * @param positions keeps places
     * @param access fails the job if the mailbox itself may not be read, before any pin is given up
     * @param clock the time
     */
    Changes(
            DeltaLists lists,
            SingleMessages singles,
            MailboxFolders folders,
            WindowPlanner planner,
            LongPositions positions,
            Runnable access,
            InstantSource clock) {
        this.lists = lists;
        this.singles = singles;
        this.folders = folders;
        this.planner = planner;
        this.positions = positions;
        this.access = access;
        this.clock = clock;
        this.leftovers = new Leftovers(lists, positions, clock);
    }

    /** Makes the partition of a folder that is none of the job's any more. */
    static Partition left(String folderId, String token) {
        return Partition.changes(LEFT + folderId, token);
    }

    /** Hears which folders are pinned, so that whatever leaves them from here on will be told. */
    void pinned(Set<String> folderIds) {
        pinned.addAll(folderIds);
    }

    /** What is walked: a folder from its pin on. */
    private record Walk(MailQuery query, Partition partition, String folderId, boolean left, PinToken pin) {
        DeltaPlace begin() {
            return new DeltaPlace(pin.newFrom(), true, String.valueOf(pin.query()), Set.of());
        }
    }

    /** Reads one page. */
    PageEnd fetch(MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        String scope = partition.scope();
        String folderId =
                scope.startsWith(LEFT) || scope.startsWith(REST) ? scope.substring(scope.indexOf(':') + 1) : scope;
        String place = positions.place(position);
        if (scope.startsWith(REST) || Leftovers.isMeant(place)) {
            return leftovers.fetch(query, folderId, revision(partition), place, limit, writer);
        }
        boolean left = scope.startsWith(LEFT);
        PinToken pin = PinToken.decode(partition.token());
        if (pin == null || pin.query() == null) {
            return lost(query, partition, folderId, left);
        }
        Walk walk = new Walk(query, partition, folderId, left, pin);
        DeltaPlace at = position.isStart() ? walk.begin() : DeltaPlace.decode(place);
        DeltaLists.Answer answer;
        try {
            answer = lists.read(folderId, at.query(), Math.min(limit.messages(), MOST));
        } catch (SourceException error) {
            requireDead(error);
            if (!position.isStart()) {
                throw LongPositions.unreadable("the server gave " + error.code() + " in the middle of it");
            }
            return lost(query, partition, folderId, left);
        }
        return page(walk, at, answer, limit, writer);
    }

    /** Throws an error again after which the pin may still be good. */
    private void requireDead(SourceException error) {
        boolean refused = DeltaLists.isRefusal(error);
        if (error.kind() != SourceException.Kind.RESTART_PARTITION && !refused) {
            throw error;
        }
        if (refused) {
            access.run();
        }
    }

    private PageEnd page(Walk walk, DeltaPlace at, DeltaLists.Answer answer, PageLimit limit, PageWriter writer) {
        String scope = walk.partition().scope();
        ChangesPage page = new ChangesPage(
                new ChangesPage.Setting(
                        walk.query(),
                        scope,
                        walk.folderId(),
                        walk.left(),
                        revision(walk.partition()),
                        walk.pin().newFrom(),
                        clock,
                        folders,
                        pinned,
                        handedOver),
                at,
                answer.page().entries());
        handedOver.inTurn(() -> {
            page.walk(singles, limit, writer);
            page.takeNote();
        });
        return end(walk, answer, page);
    }

    private PageEnd end(Walk walk, DeltaLists.Answer answer, ChangesPage page) {
        if (!page.isWhole()) {
            return PageEnd.more(positions.position(page.here().encode()), page.used(), page.repeats());
        }
        int raw = answer.page().raw();
        String token = answer.token();
        if (token == null) {
            DeltaPlace next = new DeltaPlace(page.newFrom(), page.isSettled(), String.valueOf(answer.next()), Set.of());
            return PageEnd.more(positions.position(next.encode()), raw, page.repeats());
        }
        if (walk.left()) {
            return PageEnd.more(Leftovers.begin(), raw, page.repeats());
        }
        PinToken next = new PinToken(page.newFrom(), token);
        // The pin before stays where the new one cannot be kept, or the same must be looked for again: read twice,
        // nothing is lost.
        PinToken kept = page.isSettled() && next.fits() ? next : walk.pin().newFrom(page.newFrom());
        return PageEnd.token(kept.encode(), raw, page.repeats());
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
        return PageEnd.replaced(
                again(query, List.of(folders.folder(folderId)), String.valueOf(partition.token())), 0, 0);
    }

    /** Plans folders to be pinned anew and walked again, for updates. */
    private List<Partition> again(MailQuery query, List<Folder> some, String mark) {
        String round = Upserts.round(mark);
        List<Partition> plan = new ArrayList<>();
        some.forEach(folder -> plan.add(Upserts.of(Partition.pin(folder.id()), round)));
        plan.addAll(windows(query, some, round));
        return plan;
    }

    /** Cuts folders into windows for updates. */
    List<Partition> windows(MailQuery query, List<Folder> some, String round) {
        return Upserts.of(planner.plan(some, query.from(), query.to()), round);
    }
}
