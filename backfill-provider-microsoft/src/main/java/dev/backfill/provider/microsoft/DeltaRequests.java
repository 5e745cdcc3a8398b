package dev.backfill.provider.microsoft;

import com.microsoft.graph.users.item.UserItemRequestBuilder;
import com.microsoft.kiota.RequestInformation;
import java.net.URISyntaxException;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the requests for changes. What is selected stands in the tokens that the server gives, the headers do not, so that they
 * are sent with each request; and never {@code $top}, which bounds a whole round. Of a link only its query is used: the
 * server's own examples put a token behind either way of writing the address. Thread-safe.
 */
final class DeltaRequests {
    /** The most entries of a page of ids, as others ask for; what the service gives at the most is not documented. */
    static final int MAX_PAGE = 500;

    /**
     * What tells a change from another. The revision is among it, so that a server which only looks at what was selected sees
     * every change; and no more, or a corrupt message would spoil the page.
     */
    private static final String[] PROPERTIES = {"id", "changeKey", "receivedDateTime"};

    private static final String[] FOLDER_PROPERTIES = {
        "id", "displayName", "parentFolderId", "childFolderCount", "totalItemCount", "isHidden"
    };

    private final UserItemRequestBuilder user;

    DeltaRequests(UserItemRequestBuilder user) {
        this.user = user;
    }

    /**
     * Asks for a page of a folder's changes.
     *
     * @param folderId the folder
     * @param query the query of the link that leads there; empty to begin with what is there
     * @param page the most entries
     * @return the request
     */
    RequestInformation messages(String folderId, String query, int page) {
        RequestInformation first = user.mailFolders()
                .byMailFolderId(folderId)
                .messages()
                .delta()
                .toGetRequestInformation(config -> parameters(config.queryParameters).select = PROPERTIES);
        return at(first, query, page);
    }

    /**
     * Asks for a page of all folders, at any depth.
     *
     * @param query the query of the link that leads there; empty to begin
     * @return the request
     */
    RequestInformation folders(String query) {
        RequestInformation first = user.mailFolders()
                .delta()
                .toGetRequestInformation(config -> parameters(config.queryParameters).select = FOLDER_PROPERTIES);
        return at(first, query, MAX_PAGE);
    }

    private static RequestInformation at(RequestInformation first, String query, int page) {
        first.headers.add("Prefer", "odata.maxpagesize=" + page);
        return query.isEmpty()
                ? first
                : Objects.requireNonNull(NextLinks.follow(first, "?" + query), "a query can be followed");
    }

    /** Gives the query of a link; null if the link has none or is no address. */
    static @Nullable String query(RequestInformation answered, String link) {
        RequestInformation next = NextLinks.follow(answered, link);
        try {
            String query = next == null
                    ? null
                    : Objects.requireNonNull(next.getUri(), "uri").getRawQuery();
            return query == null || query.isEmpty() ? null : query;
        } catch (URISyntaxException noAddress) {
            return null;
        }
    }

    /** The SDK's configurations always bring their parameters; their annotations do not say so. */
    private static <T> T parameters(@Nullable T parameters) {
        return Objects.requireNonNull(parameters, "the SDK's query parameters");
    }
}
