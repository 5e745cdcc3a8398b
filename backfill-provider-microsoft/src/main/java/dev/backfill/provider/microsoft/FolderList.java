package dev.backfill.provider.microsoft;

import com.microsoft.kiota.RequestInformation;
import dev.backfill.model.FolderRole;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the tree of folders in one list, where {@link FolderTree} asks level by level: the first round of the folders' changes
 * gives them all. Which of them is for what it does not say, so that is remembered from an earlier reading. Stateless;
 * thread-safe.
 */
final class FolderList {
    /** Where folders cannot be had so, or not to the end, since a link is dead; a mailbox over its quota refuses changes of any kind. */
    private static final Set<Integer> REFUSED = Set.of(400, 403, 404, 405, 410, 501, 507);

    private static final int MOST_PAGES = 1_000;

    private final GraphClient client;
    private final DeltaRequests requests;
    private final ApiCalls calls;

    FolderList(GraphClient client, DeltaRequests requests, ApiCalls calls) {
        this.client = client;
        this.requests = requests;
        this.calls = calls;
    }

    /**
     * Reads all folders, parents before children.
     *
     * @param roles what is known of the well-known folders, by their ids
     * @return the tree; null where the server does not give it so
     */
    FolderTree.@Nullable Tree read(Map<String, FolderRole> roles) {
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
                return tree(all, roles);
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

    private static FolderTree.Tree tree(List<FolderJson> all, Map<String, FolderRole> roles) {
        Map<String, List<FolderJson>> byParent = new HashMap<>();
        Set<String> ids = new HashSet<>();
        all.forEach(folder -> ids.add(folder.id()));
        for (FolderJson folder : all) {
            String parent = ids.contains(folder.parentId()) ? folder.parentId() : "";
            byParent.computeIfAbsent(parent, unused -> new ArrayList<>()).add(folder);
        }
        List<Folder> found = new ArrayList<>();
        Set<String> seen = new HashSet<>();
        List<Folder> level = new ArrayList<>();
        for (FolderJson folder : byParent.getOrDefault("", List.of())) {
            FolderTree.add(folder, null, roles, seen, level, new ArrayList<>(), Set.of());
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
