package dev.backfill.provider.microsoft;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What a mailbox knows of its folders: their paths, and which of them a job means, which is read again after a
 * restart; and which of them its plans have, which is not. Thread-safe.
 */
final class MailboxFolders {
    private final FolderTree folders;
    /** The trees that are being read, by where hidden folders are looked for; empty once one could not be. */
    private final Map<Set<FolderRole>, CompletableFuture<Optional<FolderTree.Tree>>> underWay =
            new ConcurrentHashMap<>();

    private final Map<String, Folder> known = new ConcurrentHashMap<>();
    private volatile @Nullable Meant meant;

    /** What the pins of the tree are to say, by the partitions that take them. */
    private final Map<Partition, FolderPin> pins = new ConcurrentHashMap<>();

    /**
     * Which folders a query means.
     *
     * @param query the query
     * @param ids the folders it means
     * @param known all folders that were there, and those that were looked for and not found
     */
    private record Meant(MailQuery query, Set<String> ids, Set<String> known) {
        boolean answers(MailQuery asked, String folderId) {
            return query.equals(asked) && known.contains(folderId);
        }
    }

    MailboxFolders(FolderTree folders) {
        this.folders = folders;
    }

    /** Reads the whole tree of folders that users see, and such hidden ones as are met by the way. */
    FolderTree.Tree tree() {
        return tree(Set.of());
    }

    /** Reads the whole tree, as far as a query needs it. */
    FolderTree.Tree tree(MailQuery query) {
        return tree(FolderChoice.unseen(query));
    }

    /** Reads the tree; who asks for the same while it is read waits for it, since a job's plan and its estimate begin together. */
    private FolderTree.Tree tree(Set<FolderRole> unseen) {
        CompletableFuture<Optional<FolderTree.Tree>> mine = new CompletableFuture<>();
        CompletableFuture<Optional<FolderTree.Tree>> other = underWay.putIfAbsent(unseen, mine);
        if (other != null) {
            // What refused the other is told to the other.
            return other.join().orElseGet(() -> tree(unseen));
        }
        Optional<FolderTree.Tree> read = Optional.empty();
        try {
            FolderTree.Tree tree = folders.read(unseen);
            tree.folders().forEach(folder -> known.put(folder.id(), folder));
            read = Optional.of(tree);
            return tree;
        } finally {
            underWay.remove(unseen);
            mine.complete(read);
        }
    }

    /** The folders that a query means, and those of them that are no part of the tree, by their names. */
    private record Choice(List<Folder> folders, Map<String, Folder> beside) {}

    /** Chooses the folders that a query means, the recoverable items among them if it means these. */
    List<Folder> chosen(FolderTree.Tree tree, MailQuery query) {
        return choose(tree, query).folders();
    }

    /**
     * Chooses the folders that a query means for a plan.
     *
     * @param tree the tree as it was read for the plan
     * @param query the query
     * @param pinned the plan's partition of the tree itself, whose pin is to say which folders the plan has
     * @return the folders
     */
    List<Folder> planned(FolderTree.Tree tree, MailQuery query, Partition pinned) {
        Choice choice = choose(tree, query);
        pins.put(pinned, FolderPin.of(tree, choice.beside(), query, choice.folders()));
        return choice.folders();
    }

    private Choice choose(FolderTree.Tree tree, MailQuery query) {
        Folder recoverable = query.includeDeleted() ? folders.recoverable() : null;
        if (recoverable != null) {
            known.put(recoverable.id(), recoverable);
        }
        Map<String, Folder> named = folders.named(tree, query.folders());
        named.values().forEach(folder -> known.put(folder.id(), folder));
        List<Folder> chosen = FolderChoice.choose(tree, named, recoverable, query);
        remember(tree, chosen, query);
        return new Choice(chosen, toRemember(named, recoverable));
    }

    /** The folders beside the tree that a pin names; one that is refused is there by its name alone, and is looked up again. */
    private static Map<String, Folder> toRemember(Map<String, Folder> named, @Nullable Folder recoverable) {
        Map<String, Folder> all = new HashMap<>(named);
        all.entrySet().removeIf(entry -> entry.getKey().equals(entry.getValue().id()));
        if (recoverable != null) {
            all.put(FolderTree.RECOVERABLE, recoverable);
        }
        return all;
    }

    /** As {@link #planned}, of a tree that was read by the help of an earlier pin. */
    void planned(FolderTree.Tree tree, FolderPin before, List<Folder> chosen, MailQuery query, Partition pinned) {
        pins.put(pinned, before.planning(query, chosen));
        tree.folders().forEach(folder -> known.put(folder.id(), folder));
        remember(tree, chosen, query);
    }

    private void remember(FolderTree.Tree tree, List<Folder> chosen, MailQuery query) {
        Set<String> ids = chosen.stream().map(Folder::id).collect(Collectors.toSet());
        Set<String> all = tree.folders().stream().map(Folder::id).collect(Collectors.toSet());
        all.addAll(ids);
        meant = new Meant(query, Set.copyOf(ids), Set.copyOf(all));
    }

    /**
     * Gives the pin of the tree for a plan. Which folders a plan has that another life of the job made, nobody knows here: the pin
     * then stays what it was, or names none, so that a folder without a pin of its own is a new one. What came after the plan must
     * not count as planned, or nobody would ever read it.
     */
    String pin(MailQuery query, Partition pinned) {
        FolderPin planned = pins.get(pinned);
        if (planned != null) {
            return planned.encode();
        }
        String before = pinned.token();
        if (before != null && FolderPin.decode(before) != null) {
            return before;
        }
        FolderTree.Tree tree = tree(query);
        return FolderPin.of(tree, choose(tree, query).beside(), query, List.of())
                .encode();
    }

    /**
     * Says whether a query means what lies in a folder now. A folder that nobody has heard of has the tree read, once.
     *
     * @param query the query
     * @param folderId the folder
     * @return true if it does
     */
    boolean isMeant(MailQuery query, String folderId) {
        Meant now = meant;
        if (now == null || !now.answers(query, folderId)) {
            chosen(tree(query), query);
            now = meant;
        }
        if (now == null) {
            return false;
        }
        if (!now.known().contains(folderId)) {
            Set<String> all = new HashSet<>(now.known());
            all.add(folderId);
            meant = new Meant(query, now.ids(), Set.copyOf(all));
        }
        return now.ids().contains(folderId);
    }

    /** Gives a folder as it was read last; one that was not is a folder of which nothing but its id is known. */
    Folder folder(String folderId) {
        Folder folder = known.get(folderId);
        return folder != null ? folder : FolderTree.unread(folderId, FolderRole.OTHER, FolderRole.OTHER);
    }

    /** Gives a folder's path; after a restart the tree is read for it once. */
    String path(String folderId) {
        Folder folder = known.get(folderId);
        if (folder == null) {
            tree();
            folder = known.get(folderId);
        }
        if (folder == null) {
            folder = folders.single(folderId);
            known.put(folderId, folder);
        }
        return folder.path();
    }

    /** Gives a folder's path if it can be had; else what stands in for it. */
    String pathOr(String fallback, String folderId) {
        try {
            return path(folderId);
        } catch (SourceException gone) {
            if (gone.kind() == SourceException.Kind.SKIP_PARTITION) {
                return fallback;
            }
            throw gone;
        }
    }

    /** Gives a folder's path if it is known already; else what stands in for it. */
    String knownPath(String fallback, String folderId) {
        Folder folder = known.get(folderId);
        return folder == null ? fallback : folder.path();
    }
}
