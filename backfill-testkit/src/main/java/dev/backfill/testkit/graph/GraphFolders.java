package dev.backfill.testkit.graph;

import dev.backfill.model.FolderRole;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.Profile;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/** The folders of a mailbox, a tree under one root, by id, path and well-known name. Guarded by the mailbox's lock. */
final class GraphFolders {
    private static final Map<FolderRole, String> WELL_KNOWN = Map.of(
            FolderRole.INBOX, "inbox",
            FolderRole.SENT, "sentitems",
            FolderRole.DRAFTS, "drafts",
            FolderRole.ARCHIVE, "archive",
            FolderRole.DELETED, "deleteditems",
            FolderRole.JUNK, "junkemail");

    private final String address;
    private final LongSupplier nextChange;
    private final Map<String, GraphFolder> byId = new HashMap<>();
    private final Map<String, GraphFolder> byPath = new HashMap<>();
    private final Map<String, GraphFolder> byWellKnownName = new HashMap<>();
    /** Those that are removed, too: a list of changes tells of them. */
    private final List<GraphFolder> all = new ArrayList<>();

    private final GraphFolder root;
    private final GraphFolder recoverable;

    /**
     * Makes the folders that every mailbox has.
     *
     * @param address the mailbox's, of which ids are made
     * @param displayNames how well-known folders are shown; the others under their English names
     * @param nextChange numbers the mailbox's changes
     */
    GraphFolders(String address, Map<FolderRole, String> displayNames, LongSupplier nextChange) {
        this.address = address;
        this.nextChange = nextChange;
        this.root = make("", "Top of Information Store", null, "msgfolderroot", GraphFolder.Kind.PLAIN);
        for (FolderPath path : FolderPath.wellKnown()) {
            String shown = displayNames.getOrDefault(
                    path.role(), Profile.GRAPH.names().getOrDefault(path.role(), path.name()));
            make(path.path(), shown, root, WELL_KNOWN.get(path.role()), GraphFolder.Kind.PLAIN);
        }
        this.recoverable = make("/Deletions", "Deletions", null, "recoverableitemsdeletions", GraphFolder.Kind.PLAIN);
    }

    private GraphFolder make(
            String path,
            String name,
            @Nullable GraphFolder parent,
            @Nullable String wellKnownName,
            GraphFolder.Kind kind) {
        GraphFolder folder = new GraphFolder(GraphIds.folder(address, path), name, parent, wellKnownName, kind);
        byId.put(folder.id, folder);
        byPath.put(path, folder);
        folder.changedAt = nextChange.getAsLong();
        if (wellKnownName != null) {
            byWellKnownName.put(wellKnownName, folder);
        }
        if (parent != null) {
            all.add(folder);
            parent.children.add(folder);
        }
        return folder;
    }

    GraphFolder root() {
        return root;
    }

    /** Where deleted items go before they are gone; no folder that is listed. */
    GraphFolder recoverable() {
        return recoverable;
    }

    GraphFolder at(FolderPath path) {
        GraphFolder folder = byPath.get(path.path());
        if (folder == null) {
            throw new NoSuchElementException("no folder " + path.path());
        }
        return folder;
    }

    /** The folder, made with those above it if it is not there. */
    GraphFolder ensure(FolderPath path, GraphFolder.Kind kind) {
        GraphFolder known = byPath.get(path.path());
        if (known != null) {
            return known;
        }
        GraphFolder parent = path.parent()
                .map(above -> ensure(above, GraphFolder.Kind.PLAIN))
                .orElse(root);
        return make(path.path(), path.name(), parent, null, kind);
    }

    /** Gives a folder a well-known name besides. */
    GraphFolder name(String wellKnownName, GraphFolder folder) {
        byWellKnownName.put(wellKnownName, folder);
        return folder;
    }

    @Nullable
    GraphFolder find(String idOrName) {
        GraphFolder folder = byId.get(idOrName);
        return folder != null ? folder : byWellKnownName.get(idOrName);
    }

    /** Takes a folder out of the tree; null if there is none. */
    @Nullable
    GraphFolder remove(FolderPath path) {
        GraphFolder folder = byPath.remove(path.path());
        if (folder != null) {
            folder.removed = true;
            folder.changedAt = nextChange.getAsLong();
            byId.remove(folder.id);
            if (folder.parent != null) {
                folder.parent.children.remove(folder);
            }
        }
        return folder;
    }

    /** Puts a folder, with all below it, into another one. */
    GraphFolder move(FolderPath path, FolderPath into) {
        GraphFolder folder = at(path);
        if (folder.parent == null) {
            throw new NoSuchElementException("no folder " + path.path());
        }
        GraphFolder parent = ensure(into, GraphFolder.Kind.PLAIN);
        folder.parent.children.remove(folder);
        folder.parent = parent;
        parent.children.add(folder);
        Map<String, GraphFolder> moved = new HashMap<>();
        byPath.forEach((known, inside) -> {
            if (known.equals(path.path()) || known.startsWith(path.path() + "/")) {
                inside.changedAt = nextChange.getAsLong();
                moved.put(known, inside);
            }
        });
        moved.keySet().forEach(byPath::remove);
        int above = path.path().length() - path.name().length();
        moved.forEach((known, inside) -> byPath.put(into.path() + "/" + known.substring(above), inside));
        return folder;
    }

    List<GraphFolder> changedAfter(long number) {
        return all.stream()
                .filter(folder -> folder.changedAt > number && folder.kind != GraphFolder.Kind.HIDDEN)
                .sorted(Comparator.comparingLong(folder -> folder.changedAt))
                .toList();
    }
}
