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
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Walks what changed in a folder since its pin; what a change means says {@link ChangesPage}. A page whose token died in the
 * middle of a round has the round begin again from the pin; where the pin itself is dead the folder is pinned anew and walked
 * again, for updates, and the engine says that deletions are unknown.
 *
 * <p>A folder that is none of the job's any more, since it was thrown away for instance, is walked by a partition of another name:
 * first all that is there, which left the job with it, then what changed in it since its pin, so that nothing goes in between. Its
 * pin ends there: the one that takes its place says that the folder left. Stateless but for what is remembered as long as the mailbox is open; thread-safe.
 */
final class Changes {
    private static final String LEFT = "left:";
    private static final String REST = "left-lost:";
    private static final String TOLD = "left-told:";

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
    private final PinnedFolders pinned = new PinnedFolders();

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
        this.leftovers = new Leftovers(lists, positions, handedOver, clock);
    }

    /** Makes the partition of a folder that is none of the job's any more. */
    static Partition left(String folderId, String token) {
        return named(LEFT, folderId, token);
    }

    /** {@return true if a partition is that of a folder which is none of the job's any more} */
    static boolean isLeft(Partition partition) {
        return partition.id().startsWith(LEFT);
    }

    private static Partition named(String prefix, String folderId, String token) {
        Partition changes = Partition.changes(folderId, token);
        return new Partition(prefix + changes.id(), changes.kind(), folderId, null, null, token);
    }

    /** The folders whose changes are told by themselves. */
    PinnedFolders pinned() {
        return pinned;
    }

    /** What was handed over as deleted or otherwise. */
    HandedOver handedOver() {
        return handedOver;
    }

    /** What is walked: a folder from its pin on. */
    private record Walk(MailQuery query, Partition partition, boolean left, PinToken pin) {
        DeltaPlace begin() {
            return new DeltaPlace(pin.newFrom(), true, String.valueOf(pin.query()), Set.of());
        }
    }

    /** Reads one page. */
    PageEnd fetch(MailQuery query, Partition partition, Position position, PageLimit limit, PageWriter writer) {
        String folderId = partition.scope();
        String place = positions.place(position);
        PinToken pin = PinToken.decode(partition.token());
        if (Stream.of(LEFT, REST, TOLD).anyMatch(partition.id()::startsWith)) {
            pinned.leaves(folderId);
        }
        if (partition.id().startsWith(REST)) {
            return leftovers.fetch(leftovers(query, partition, pin, null), place, limit, writer);
        }
        if (partition.id().startsWith(TOLD)) {
            return PageEnd.scopeEnded(PinToken.left(pin, query).encode(), 0, 0);
        }
        boolean left = isLeft(partition);
        if (pin == null || pin.query() == null) {
            return left ? leftLost(REST, partition) : lost(query, partition);
        }
        Walk walk = new Walk(query, partition, left, pin);
        boolean begins = place.equals(walk.begin().encode());
        try {
            if (left && (position.isStart() || Leftovers.isMeant(place))) {
                begins = position.isStart();
                Position since = positions.position(walk.begin().encode());
                return leftovers.fetch(leftovers(query, partition, pin, since), place, limit, writer);
            }
            DeltaPlace at = position.isStart() ? walk.begin() : DeltaPlace.decode(place);
            DeltaLists.Answer answer = lists.read(folderId, at.query(), Math.min(limit.messages(), MOST));
            return page(walk, at, answer, limit, writer);
        } catch (SourceException error) {
            requireDead(error);
            if (!position.isStart() && !begins) {
                throw LongPositions.unreadable("the server gave " + error.code() + " in the middle of it");
            }
            if (left) {
                return leftLost(position.isStart() ? REST : TOLD, partition);
            }
            return lost(query, partition);
        }
    }

    private static Leftovers.Setting leftovers(
            MailQuery query, Partition partition, @Nullable PinToken pin, @Nullable Position after) {
        String token = PinToken.left(pin, query).encode();
        return new Leftovers.Setting(query, partition.scope(), revision(partition), token, after);
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
        ChangesPage page = new ChangesPage(
                new ChangesPage.Setting(
                        walk.query(),
                        walk.partition().scope(),
                        walk.left(),
                        revision(walk.partition()),
                        walk.pin().newFrom(),
                        clock,
                        folders,
                        pinned,
                        handedOver),
                at,
                answer.page().entries());
        return handedOver.inTurn(() -> {
            page.walk(singles, limit, writer);
            page.takeNote();
            return end(walk, answer, page);
        });
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
            return PageEnd.scopeEnded(PinToken.left(walk.pin(), walk.query()).encode(), raw, page.repeats());
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
    private PageEnd lost(MailQuery query, Partition partition) {
        String mark = String.valueOf(partition.token());
        return PageEnd.replaced(again(query, List.of(folders.folder(partition.scope())), mark), 0, 0);
    }

    /** What is to be walked of a folder that left where its changes are lost: all that is there, unless that is told already. */
    private static PageEnd leftLost(String name, Partition partition) {
        return PageEnd.replaced(List.of(named(name, partition.scope(), String.valueOf(partition.token()))), 0, 0);
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
