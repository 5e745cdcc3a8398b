package dev.backfill.provider.microsoft;

import com.microsoft.kiota.RequestInformation;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tree of folders in one list, where {@link FolderTree} asks level by level: the first round of the folders' changes
 * gives all that users see, at any depth. Hidden folders are in no such list, as the service documents it, so that each folder in
 * which a job means them is asked for what lies inside, however many it says it holds. Which folder is for what the list does not
 * say, so that is remembered from an earlier reading. Stateless; thread-safe.
 */
final class FolderList {
    /** Where folders cannot be had so, or not to the end, since a link is dead; a mailbox over its quota refuses changes of any kind. */
    private static final Set<Integer> REFUSED = Set.of(400, 403, 404, 405, 410, 501, 507);

    private static final int MOST_PAGES = 1_000;

    private final GraphClient client;
    private final DeltaRequests requests;
    private final FolderLists inside;
    private final ApiCalls calls;

    FolderList(GraphClient client, DeltaRequests requests, FolderLists inside, ApiCalls calls) {
        this.client = client;
        this.requests = requests;
        this.inside = inside;
        this.calls = calls;
    }

    /**
     * Reads the folders, parents before children.
     *
     * @param roles what is known of the well-known folders, by their ids
     * @param unseen where hidden folders are looked for, as {@link FolderChoice#unseen} gives it
     * @return the tree: all that users see, and what is hidden in those places; null where the server does not give it so
     */
    FolderTree.@Nullable Tree read(Map<String, FolderRole> roles, Set<FolderRole> unseen) {
        List<FolderJson> listed = listed();
        if (listed == null) {
            return null;
        }
        Known known = new Known(roles);
        listed.forEach(known::listed);
        if (unseen.contains(FolderRole.OTHER)) {
            inside.top().forEach(known::atTop);
        }
        Set<String> asked = new HashSet<>();
        while (true) {
            FolderTree.Tree tree = known.tree();
            List<Folder> parents = tree.folders().stream()
                    .filter(folder -> unseen.contains(folder.place()) && asked.add(folder.id()))
                    .toList();
            if (parents.isEmpty()) {
                return tree;
            }
            Map<String, SourceException> closed = new HashMap<>();
            List<List<FolderJson>> found = inside.inside(parents, closed);
            if (!closed.isEmpty()) {
                // Level by level it is told what is left out, and planned so.
                return null;
            }
            for (int i = 0; i < parents.size(); i++) {
                String parentId = parents.get(i).id();
                found.get(i).forEach(child -> known.met(child.within(parentId)));
            }
        }
    }

    /** Reads the list to its end; null where the server does not give it. */
    private @Nullable List<FolderJson> listed() {
        List<FolderJson> all = new ArrayList<>();
        String query = "";
        for (int pages = 0; pages < MOST_PAGES; pages++) {
            FolderJson.Page page = page(query);
            if (page == null) {
                return null;
            }
            all.addAll(page.folders());
            String link = page.nextLink();
            if (link == null) {
                return all;
            }
            String next = DeltaRequests.query(requests.folders(query), link);
            if (next == null || next.equals(query)) {
                return null;
            }
            query = next;
        }
        return null;
    }

    private FolderJson.@Nullable Page page(String query) {
        RequestInformation request = requests.folders(query);
        ApiRequest<FolderJson.@Nullable Page> asked = client.optional(
                GraphOperations.FOLDER_CHANGES,
                GraphErrors.Target.MAILBOX,
                REFUSED,
                () -> NextLinks.again(request),
                FolderList::page);
        return calls.call(asked.operation(), asked.body());
    }

    private static FolderJson.@Nullable Page page(InputStream body) throws IOException {
        return FolderJson.page(body);
    }

    /** The folders that are known by now, of which the list's last word on each counts before what is met later. */
    private static final class Known {
        private final Map<String, FolderRole> roles;
        private final Map<String, FolderJson> byId = new LinkedHashMap<>();
        /** What the top is called: the folder that the well-known ones lie in. */
        private final Set<String> tops = new HashSet<>();

        Known(Map<String, FolderRole> roles) {
            this.roles = roles;
        }

        void listed(FolderJson folder) {
            byId.put(folder.id(), folder);
            if (roles.isEmpty() || roles.containsKey(folder.id())) {
                tops.add(folder.parentId());
            }
        }

        void atTop(FolderJson folder) {
            tops.add(folder.parentId());
            met(folder);
        }

        void met(FolderJson folder) {
            byId.putIfAbsent(folder.id(), folder);
        }

        /**
         * Makes the tree. What lies neither at the top nor in a folder that is known lies in a hidden one which nobody asked for, and
         * is left out with it.
         */
        FolderTree.Tree tree() {
            Map<String, List<FolderJson>> byParent = new HashMap<>();
            List<Folder> found = new ArrayList<>();
            Set<String> seen = new HashSet<>();
            List<Folder> level = new ArrayList<>();
            for (FolderJson folder : byId.values()) {
                if (byId.containsKey(folder.parentId())) {
                    byParent.computeIfAbsent(folder.parentId(), unused -> new ArrayList<>())
                            .add(folder);
                } else if (tops.contains(folder.parentId())) {
                    FolderTree.add(folder, null, roles, seen, level, new ArrayList<>(), Set.of());
                }
            }
            while (!level.isEmpty()) {
                found.addAll(level);
                List<Folder> next = new ArrayList<>();
                for (Folder parent : level) {
                    for (FolderJson child : byParent.getOrDefault(parent.id(), List.of())) {
                        FolderTree.add(child, parent, roles, seen, next, new ArrayList<>(), Set.of());
                    }
                }
                level = next;
            }
            return new FolderTree.Tree(found, Map.of(), Map.of());
        }
    }
}
