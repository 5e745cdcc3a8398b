package dev.backfill.provider.microsoft;

import com.microsoft.kiota.RequestInformation;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Reads the lists of the folders that lie in one folder, hidden ones among them, each to its end. Stateless; thread-safe.
 */
final class FolderLists {
    private final GraphClient client;
    private final GraphRequests requests;
    private final ApiCalls calls;

    FolderLists(GraphClient client, GraphRequests requests, ApiCalls calls) {
        this.client = client;
        this.requests = requests;
        this.calls = calls;
    }

    /** Asks for the first page of the folders at the top. */
    ApiRequest<FolderJson.@Nullable Page> askTop() {
        return client.request(
                GraphOperations.FOLDERS, GraphErrors.Target.MAILBOX, requests::topFolders, FolderJson::page);
    }

    /** Reads the folders at the top from their first page on. */
    List<FolderJson> top(FolderJson.@Nullable Page first) {
        List<FolderJson> top = new ArrayList<>();
        if (first != null) {
            whole(first, requests.topFolders(), GraphErrors.Target.MAILBOX, top);
        }
        return top;
    }

    /** Reads the folders at the top. */
    List<FolderJson> top() {
        ApiRequest<FolderJson.@Nullable Page> asked = askTop();
        return top(calls.call(asked.operation(), asked.body()));
    }

    /**
     * Reads what lies in some folders, side by side.
     *
     * @param parents the folders
     * @param closed takes those whose folders inside are refused, at once or after some, or that are gone meanwhile, with the refusal
     * @return the folders inside each, as many lists as parents
     */
    List<List<FolderJson>> inside(List<Folder> parents, Map<String, SourceException> closed) {
        List<ApiRequest<FolderJson.Page>> asked = new ArrayList<>();
        for (Folder parent : parents) {
            asked.add(client.request(
                    GraphOperations.FOLDERS,
                    GraphErrors.Target.FOLDER,
                    () -> requests.childFolders(parent.id()),
                    FolderJson::page));
        }
        List<Outcome<FolderJson.Page>> outcomes = asked.isEmpty() ? List.of() : calls.all(asked);
        List<List<FolderJson>> children = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            children.add(inside(parents.get(i), outcomes.get(i), closed));
        }
        return children;
    }

    private List<FolderJson> inside(
            Folder parent, Outcome<FolderJson.Page> outcome, Map<String, SourceException> closed) {
        List<FolderJson> found = new ArrayList<>();
        try {
            whole(outcome.get(), requests.childFolders(parent.id()), GraphErrors.Target.FOLDER, found);
        } catch (SourceException error) {
            if (error.kind() != SourceException.Kind.SKIP_PARTITION) {
                throw error;
            }
            closed.put(parent.id(), error);
        }
        return found;
    }

    private FolderJson.Page page(RequestInformation request, GraphErrors.Target target) {
        return client.call(GraphOperations.FOLDERS, target, () -> NextLinks.again(request), FolderJson::page);
    }

    /** Reads a list, and reads it anew where the server knows a link no more that it gave. */
    private void whole(
            FolderJson.Page first, RequestInformation request, GraphErrors.Target target, List<FolderJson> all) {
        MortalLinks.read(SourceException.Scope.MAILBOX, begun -> {
            all.clear();
            pages(begun == 1 ? first : page(request, target), request, target, all);
            return all;
        });
    }

    /** Reads a list to its end; one that has none is an error, or the mail of the folders left would be missed in silence. */
    private void pages(
            FolderJson.Page first, RequestInformation request, GraphErrors.Target target, List<FolderJson> all) {
        all.addAll(first.folders());
        Set<String> seen = new HashSet<>();
        FolderJson.Page page = first;
        for (String next = page.nextLink(); next != null; next = page.nextLink()) {
            RequestInformation following = NextLinks.follow(request, next);
            if (following == null || !seen.add(next)) {
                throw SourceException.of(
                                SourceException.Kind.RETRY, SourceException.Scope.MAILBOX, "FOLDERS_WITHOUT_END")
                        .build("Microsoft Graph goes on with its folders at what is no address, or was given before");
            }
            page = client.follow(GraphOperations.FOLDERS, target, following, FolderJson::page);
            all.addAll(page.folders());
        }
    }
}
