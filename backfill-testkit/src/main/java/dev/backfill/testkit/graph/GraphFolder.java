package dev.backfill.testkit.graph;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A folder and its messages in the order of the store. Guarded by the lock of its mailbox. */
final class GraphFolder {
    /** What sort of folder it is. */
    enum Kind {
        /** One the user sees. */
        PLAIN,
        /** One that is listed only on request. */
        HIDDEN,
        /** One that shows other folders' messages. */
        SEARCH
    }

    final String id;
    final String name;

    @Nullable
    GraphFolder parent;

    final @Nullable String wellKnownName;
    final Kind kind;
    final List<GraphFolder> children = new ArrayList<>();
    final List<GraphItem> items = new ArrayList<>();
    final FolderChanges changes = new FolderChanges();
    boolean removed;

    /** The number of the mailbox's change by which the folder came, moved or went last. */
    long changedAt;

    GraphFolder(String id, String name, @Nullable GraphFolder parent, @Nullable String wellKnownName, Kind kind) {
        this.id = id;
        this.name = name;
        this.parent = parent;
        this.wellKnownName = wellKnownName;
        this.kind = kind;
    }

    void add(GraphItem item) {
        int place = Collections.binarySearch(items, item, GraphItem.BY_TIME);
        items.add(place < 0 ? -place - 1 : place, item);
    }

    void remove(GraphItem item) {
        int place = Collections.binarySearch(items, item, GraphItem.BY_TIME);
        if (place >= 0) {
            items.remove(place);
        }
    }
}
