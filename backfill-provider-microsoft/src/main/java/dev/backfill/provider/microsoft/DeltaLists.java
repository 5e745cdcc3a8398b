package dev.backfill.provider.microsoft;

import com.microsoft.kiota.RequestInformation;
import dev.backfill.spi.SourceException;
import org.jspecify.annotations.Nullable;

/** Reads pages of a folder's changes. Stateless; thread-safe. */
final class DeltaLists {
    private final GraphClient client;
    private final DeltaRequests requests;

    /**
     * A page, with its links as queries.
     *
     * @param page what was answered
     * @param next the query of the round's next page; null at its end
     * @param token the query that begins the next round; null before the end
     */
    record Answer(
            DeltaPage page, @Nullable String next, @Nullable String token) {}

    DeltaLists(GraphClient client, DeltaRequests requests) {
        this.client = client;
        this.requests = requests;
    }

    /**
     * Reads a page.
     *
     * @param folderId the folder
     * @param query where; empty to begin with what is there
     * @param size the most entries
     * @return the page
     * @throws SourceException of kind RESTART_PARTITION if the token is dead, or the server leads in a circle
     */
    Answer read(String folderId, String query, int size) {
        RequestInformation request = requests.messages(folderId, query, size);
        DeltaPage page = client.call(
                GraphOperations.CHANGES, GraphErrors.Target.PAGE, () -> NextLinks.again(request), DeltaPage::read);
        String link = page.nextLink() == null ? page.deltaLink() : page.nextLink();
        String goesOn = link == null ? null : DeltaRequests.query(request, link);
        if (goesOn == null) {
            throw SourceException.of(SourceException.Kind.RETRY, SourceException.Scope.PARTITION, "BROKEN_ANSWER")
                    .build("Microsoft Graph goes on with a folder's changes at what is no address");
        }
        if (page.nextLink() != null && goesOn.equals(query)) {
            throw SourceException.of(
                            SourceException.Kind.RESTART_PARTITION, SourceException.Scope.PARTITION, "NEXT_LINK_LOOP")
                    .build("Microsoft Graph gave the same link to a folder's further changes again");
        }
        return page.nextLink() != null ? new Answer(page, goesOn, null) : new Answer(page, null, goesOn);
    }

    /**
     * Says whether an error means that changes cannot be had though the rest of the folder may be: a server without them, a
     * mailbox over its quota, a shared folder whose tokens are refused. A folder that is gone or closed altogether shows when
     * it is walked.
     */
    static boolean isRefusal(SourceException error) {
        return error.kind() == SourceException.Kind.SKIP_PARTITION
                || (error.kind() == SourceException.Kind.FAIL_JOB && !GraphErrors.isNoMailbox(error.code()));
    }
}
