package dev.backfill.provider.microsoft;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Plans the changes since pins: a partition for each folder that was pinned, and the walk of each that was not. Where nothing
 * came to the tree and nothing left it, that costs one request, and one more for each folder in which the job means hidden ones. Stateless;
 * thread-safe.
 */
final class ChangePlanner {
    private final MailboxFolders folders;
    private final FolderList list;
    private final Changes changes;

    /** Nothing in folders that could not be listed was told, as gone or otherwise: whenever they can be it is one round. */
    private static final String CLOSED = Upserts.round("closed");

    /** The folders of a query as they are now, and the tree they stand in; null where it was not read whole. */
    private record Now(List<Folder> chosen, FolderTree.@Nullable Tree tree) {
        Set<String> ids() {
            Set<String> ids = new LinkedHashSet<>();
            chosen.forEach(folder -> ids.add(folder.id()));
            return ids;
        }
    }

    ChangePlanner(MailboxFolders folders, FolderList list, Changes changes) {
        this.folders = folders;
        this.list = list;
        this.changes = changes;
    }

    /**
     * Plans a whole read behind other jobs: what may have been told as deleted with its folder is walked for updates. That is each folder
     * of which the pins do not say that it was there all the while.
     *
     * @param query what the job covers
     * @param windows its windows
     * @param pins the pins that the job before left; all is new where that of the tree cannot be read, for then nothing is known
     * @return the windows
     */
    static List<Partition> whole(MailQuery query, List<Partition> windows, Map<String, String> pins) {
        FolderPin folderPin = FolderPin.decode(pins.get(FolderPin.SCOPE));
        if (folderPin == null) {
            return windows;
        }
        Pinned pinned = Pinned.of(pins);
        String round = Upserts.round(pins);
        return windows.stream()
                .map(window -> isKnown(query, pinned, folderPin, window.scope()) ? window : Upserts.of(window, round))
                .toList();
    }

    /** Puts the pin of the tree first, and each folder's before its first window. */
    static List<Partition> withPins(List<Partition> windows) {
        List<Partition> plan = new ArrayList<>();
        plan.add(Partition.pin(FolderPin.SCOPE));
        plan.addAll(pinned(windows));
        return plan;
    }

    /** Puts each folder's pin before its first window; what is no window of a folder has none. */
    static List<Partition> pinned(List<Partition> windows) {
        List<Partition> plan = new ArrayList<>();
        Set<String> pinned = new HashSet<>();
        for (Partition window : windows) {
            boolean ofFolder = !Subfolders.isMeant(window) && !Subfolders.isRest(window);
            if (ofFolder && pinned.add(window.scope())) {
                plan.add(Upserts.like(window, Partition.pin(window.scope())));
            }
            plan.add(window);
        }
        return plan;
    }

    /**
     * Plans.
     *
     * @param query what the job covers
     * @param pins the pins by their scopes
     * @return the partitions; empty where no folder's changes can be had
     */
    List<Partition> plan(MailQuery query, Map<String, String> pins) {
        Pinned pinned = Pinned.of(pins);
        if (!pinned.any()) {
            return List.of();
        }
        FolderPin folderPin = FolderPin.decode(pins.get(FolderPin.SCOPE));
        Partition ofTree = Partition.changes(FolderPin.SCOPE, pins.getOrDefault(FolderPin.SCOPE, ""));
        Now now = folderPin != null && folderPin.whole() ? listed(query, folderPin, ofTree) : null;
        if (now == null || !isAsPlanned(query, pinned, now, folderPin)) {
            FolderTree.Tree tree = folders.tree(query);
            now = new Now(folders.planned(tree, query, ofTree), tree);
        }
        List<Partition> plan = new ArrayList<>();
        plan.add(ofTree);
        String round = Upserts.round(pins);
        // First, since what moves into a folder can only be told for good once that has a pin.
        List<Folder> fresh = fresh(query, pinned, now, folderPin);
        fresh.forEach(folder -> plan.add(Upserts.of(Partition.pin(folder.id()), round)));
        for (Folder folder : now.chosen()) {
            if (pinned.isToBeAsked(folder.id(), query) && !changes.pinned().isLeaving(folder.id())) {
                plan.add(Partition.changes(folder.id(), pinned.token(folder.id())));
            }
        }
        FolderTree.Tree tree = now.tree();
        List<Partition> gone = tree == null ? List.of() : gone(query, pinned, now, tree);
        Set<String> toLeave = new HashSet<>();
        gone.stream().filter(Changes::isLeft).map(Partition::scope).forEach(toLeave::add);
        changes.pinned().planned(pinned.scopes(), pinned.left(), toLeave);
        if (tree != null) {
            plan.addAll(gone);
            plan.addAll(changes.windows(query, fresh, round));
            List<Folder> known = Subfolders.without(Subfolders.later(tree, tree.folders(), query), tree.folders());
            plan.addAll(Upserts.of(Subfolders.closed(tree, known, query, query.from(), query.to()), CLOSED));
        }
        return plan;
    }

    /** Hears from which pins an earlier life planned. */
    void planned(Map<String, String> pins) {
        Pinned pinned = Pinned.of(pins);
        changes.pinned().planned(pinned.scopes(), pinned.left(), Set.of());
    }

    private static boolean isAsPlanned(MailQuery query, Pinned pinned, Now now, @Nullable FolderPin folderPin) {
        Set<String> ids = now.ids();
        return ids.containsAll(pinned.scopes()) && ids.stream().allMatch(id -> isKnown(query, pinned, folderPin, id));
    }

    /** A folder is known that has a pin, or is still to get one of the same job. One that left and is back is a new one. */
    private static boolean isKnown(MailQuery query, Pinned pinned, @Nullable FolderPin folderPin, String id) {
        boolean planned = folderPin != null && folderPin.isPlanned(query, id);
        return pinned.scopes().contains(id) || (planned && !pinned.left().contains(id));
    }

    /** The folders that are meant and were not pinned; what lies below a list that broke off is planned with its rest. */
    private static List<Folder> fresh(MailQuery query, Pinned pinned, Now now, @Nullable FolderPin folderPin) {
        FolderTree.Tree tree = now.tree();
        if (tree == null) {
            return List.of();
        }
        return Subfolders.without(Subfolders.later(tree, tree.folders(), query), now.chosen()).stream()
                .filter(folder -> !isKnown(query, pinned, folderPin, folder.id()))
                .toList();
    }

    /** What became of folders that were pinned and are not meant any more. */
    private static List<Partition> gone(MailQuery query, Pinned pinned, Now now, FolderTree.Tree tree) {
        List<Partition> plan = new ArrayList<>();
        Set<String> there = new HashSet<>();
        tree.folders().forEach(folder -> there.add(folder.id()));
        Set<String> meant = now.ids();
        for (String id : new TreeSet<>(pinned.scopes())) {
            if (!meant.contains(id) && there.contains(id)) {
                plan.add(Changes.left(id, pinned.token(id)));
            } else if (!meant.contains(id) && pinned.isToBeAsked(id, query) && !pinned.isNone(id)) {
                // Its walk finds that it is gone, and the job says so.
                plan.add(Partition.changes(id, pinned.token(id)));
            }
        }
        return plan;
    }

    private @Nullable Now listed(MailQuery query, FolderPin pin, Partition ofTree) {
        FolderTree.Tree tree = list.read(pin.roles(), FolderChoice.unseen(query));
        if (tree == null) {
            return null;
        }
        Map<String, Folder> named = new HashMap<>();
        pin.named()
                .forEach((name, id) -> named.put(
                        name, tree.find(id).orElse(FolderTree.unread(id, FolderRole.OTHER, FolderRole.DELETED))));
        Folder recoverable = query.includeDeleted() ? named.get(FolderTree.RECOVERABLE) : null;
        try {
            List<Folder> chosen = FolderChoice.choose(tree, named, recoverable, query);
            folders.planned(tree, pin, chosen, query, ofTree);
            return new Now(chosen, null);
        } catch (SourceException notFound) {
            // A hidden folder for instance, where the query does not mean all of them.
            return null;
        }
    }

    /** The pins of the folders, with one beginning of what is new for all: a new message may have moved since it came. */
    private record Pinned(Map<String, PinToken> tokens, Map<String, String> texts, Set<String> left, long newFrom) {
        static Pinned of(Map<String, String> pins) {
            Map<String, PinToken> tokens = new HashMap<>();
            Map<String, String> texts = new HashMap<>();
            Set<String> left = new HashSet<>();
            long newFrom = Long.MIN_VALUE;
            for (Map.Entry<String, String> pin : pins.entrySet()) {
                if (pin.getKey().equals(FolderPin.SCOPE)) {
                    continue;
                }
                PinToken token = PinToken.decode(pin.getValue());
                if (token != null) {
                    newFrom = Math.max(newFrom, token.newFrom());
                }
                if (token != null && token.left()) {
                    left.add(pin.getKey());
                    continue;
                }
                texts.put(pin.getKey(), pin.getValue());
                if (token != null) {
                    tokens.put(pin.getKey(), token);
                }
            }
            return new Pinned(tokens, texts, left, newFrom);
        }

        Set<String> scopes() {
            return texts.keySet();
        }

        /** {@return true if the changes of a folder at least may be had, or one may be back of which only a pin knows that it left} */
        boolean any() {
            return !left.isEmpty() || texts.keySet().stream().anyMatch(scope -> !isNone(scope));
        }

        boolean isNone(String scope) {
            PinToken token = tokens.get(scope);
            return token != null && token.query() == null;
        }

        /** A folder whose changes cannot be had is walked again by the next job, not by the one that found it out. */
        boolean isToBeAsked(String scope, MailQuery query) {
            PinToken token = tokens.get(scope);
            boolean sameJob = token != null && token.newFrom() == query.to().getEpochSecond();
            return texts.containsKey(scope) && !(isNone(scope) && sameJob);
        }

        String token(String scope) {
            PinToken token = tokens.get(scope);
            return token == null || token.query() == null
                    ? String.valueOf(texts.get(scope))
                    : token.newFrom(newFrom).encode();
        }
    }
}
