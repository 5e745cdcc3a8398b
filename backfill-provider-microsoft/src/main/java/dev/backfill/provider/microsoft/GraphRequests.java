package dev.backfill.provider.microsoft;

import com.microsoft.graph.users.item.UserItemRequestBuilder;
import com.microsoft.kiota.RequestInformation;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Makes the requests of a crawl with the SDK's builders: exactly the properties that are used, whole seconds in every filter,
 * and never a property to order by that the filter does not begin with, which Graph refuses. Thread-safe.
 */
final class GraphRequests {
    /** The most messages of a page; Graph silently gives no more (learn.microsoft.com/en-us/graph/api/user-list-messages). */
    static final int MAX_TOP = 1_000;

    private static final int FOLDER_TOP = 100;
    private static final String[] FOLDER_PROPERTIES = {
        "id", "displayName", "parentFolderId", "childFolderCount", "totalItemCount", "isHidden"
    };
    private static final String[] ID_PROPERTIES = {"id", "receivedDateTime", "createdDateTime"};
    private static final String[] MESSAGE_PROPERTIES = {
        "id",
        "changeKey",
        "createdDateTime",
        "lastModifiedDateTime",
        "receivedDateTime",
        "sentDateTime",
        "categories",
        "hasAttachments",
        "internetMessageId",
        "subject",
        "importance",
        "parentFolderId",
        "conversationId",
        "isRead",
        "body",
        "from",
        "toRecipients",
        "ccRecipients",
        "bccRecipients",
        "replyTo",
        "flag",
        "internetMessageHeaders"
    };
    /** All of an attachment but its bytes, then what a server knows that refuses the cast. */
    private static final List<String[]> ATTACHMENT_PROPERTIES = List.of(
            new String[] {"id", "name", "contentType", "size", "isInline", "microsoft.graph.fileAttachment/contentId"},
            new String[] {"id", "name", "contentType", "size", "isInline"});
    /**
     * A nested select without contentBytes, or Graph would send every attachment's bytes. Then what is left for a server that
     * refuses the cast, or any expand: attachments are asked for by themselves in the end.
     */
    private static final List<String[]> EXPANDS = List.of(
            new String[] {
                "attachments($select=id,name,contentType,size,isInline,microsoft.graph.fileAttachment/contentId)"
            },
            new String[] {"attachments($select=id,name,contentType,size,isInline)"},
            new String[0]);

    /** The least of attachments that tells which of them are links, and how long the others are. */
    private static final String[] ATTACHMENT_SIZES = {"attachments($select=id,size)"};

    private static final String ATTACHMENT_VALUE =
            "{+baseurl}/users/{user%2Did}/messages/{message%2Did}/attachments/{attachment%2Did}/$value";

    private final UserItemRequestBuilder user;
    private final GraphSettings.Body body;
    private final Simplification expanding = new Simplification(EXPANDS.size() - 1);
    private final Simplification casting = new Simplification(ATTACHMENT_PROPERTIES.size() - 1);

    /** What a page of messages shall hold. */
    enum Detail {
        /** All that the model has. */
        FULL,
        /** Ids and times. */
        IDS
    }

    /**
     * Messages of a folder received in a stretch of time.
     *
     * @param folderId the folder
     * @param from the first second; null for no bound
     * @param to the end, exclusive; null for no bound
     */
    record Stretch(
            String folderId,
            @Nullable Instant from,
            @Nullable Instant to) {
        private static final Instant BEFORE_ALL_MAIL = Instant.parse("1900-01-01T00:00:00Z");

        String filter() {
            Instant lower = from == null ? BEFORE_ALL_MAIL : from;
            String filter = "receivedDateTime ge " + lower;
            return to == null ? filter : filter + " and receivedDateTime lt " + to;
        }
    }

    GraphRequests(UserItemRequestBuilder user, GraphSettings.Body body) {
        this.user = user;
        this.body = body;
    }

    RequestInformation folder(String idOrName) {
        return user.mailFolders().byMailFolderId(idOrName).toGetRequestInformation(config -> {
            var query = parameters(config.queryParameters);
            query.select = FOLDER_PROPERTIES;
        });
    }

    RequestInformation topFolders() {
        return user.mailFolders().toGetRequestInformation(config -> {
            var query = parameters(config.queryParameters);
            query.select = FOLDER_PROPERTIES;
            query.top = FOLDER_TOP;
            query.includeHiddenFolders = "true";
        });
    }

    RequestInformation childFolders(String parentId) {
        return user.mailFolders().byMailFolderId(parentId).childFolders().toGetRequestInformation(config -> {
            var query = parameters(config.queryParameters);
            query.select = FOLDER_PROPERTIES;
            query.top = FOLDER_TOP;
            query.includeHiddenFolders = "true";
        });
    }

    /** As {@link #page(Stretch, Detail, int, int, int)}, with as much as the server is known to take. */
    RequestInformation page(Stretch stretch, Detail detail, int top, int skip) {
        return page(stretch, detail, top, skip, expanding.level());
    }

    /**
     * Asks for a page in the order of received time, oldest first, with the number of messages the filter finds.
     *
     * @param stretch what to list
     * @param detail how much of each message
     * @param top the most messages
     * @param skip how many to pass over
     * @param level how much is left of the expand, see {@link #expanding()}
     */
    RequestInformation page(Stretch stretch, Detail detail, int top, int skip, int level) {
        RequestInformation request = user.mailFolders()
                .byMailFolderId(stretch.folderId())
                .messages()
                .toGetRequestInformation(config -> {
                    var query = parameters(config.queryParameters);
                    query.filter = stretch.filter();
                    query.orderby = new String[] {"receivedDateTime asc"};
                    query.top = Math.max(1, Math.min(top, MAX_TOP));
                    query.skip = skip == 0 ? null : Integer.valueOf(skip);
                    query.count = true;
                    query.select = detail == Detail.FULL ? MESSAGE_PROPERTIES : ID_PROPERTIES;
                    query.expand = detail == Detail.FULL ? expand(level) : null;
                });
        return detail == Detail.FULL ? withBodyType(request) : request;
    }

    /** Asks for the time of the newest or oldest message, and how many there are. */
    RequestInformation edge(Stretch stretch, boolean newest) {
        return user.mailFolders().byMailFolderId(stretch.folderId()).messages().toGetRequestInformation(config -> {
            var query = parameters(config.queryParameters);
            query.filter = stretch.filter();
            query.orderby = new String[] {newest ? "receivedDateTime desc" : "receivedDateTime asc"};
            query.top = 1;
            query.count = true;
            query.select = ID_PROPERTIES;
        });
    }

    /**
     * Asks for what is attached to the newest messages of those that have attachments, as Graph says it, or of those that have none, and
     * how many these are.
     *
     * @param stretch what to list
     * @param attached which of the two
     * @param top the most messages
     */
    RequestInformation attachedTo(Stretch stretch, boolean attached, int top) {
        return user.mailFolders().byMailFolderId(stretch.folderId()).messages().toGetRequestInformation(config -> {
            var query = parameters(config.queryParameters);
            query.filter = stretch.filter() + " and hasAttachments eq " + attached;
            query.orderby = new String[] {"receivedDateTime desc"};
            query.top = top;
            query.count = true;
            query.select = ID_PROPERTIES;
            query.expand = ATTACHMENT_SIZES;
        });
    }

    /**
     * Asks for one message.
     *
     * @param id the message
     * @param level how much is left of the expand, see {@link #expanding()}
     */
    RequestInformation message(String id, int level) {
        return withBodyType(user.messages().byMessageId(id).toGetRequestInformation(config -> {
            var query = parameters(config.queryParameters);
            query.select = MESSAGE_PROPERTIES;
            query.expand = expand(level);
        }));
    }

    /**
     * Asks for a message's attachments.
     *
     * @param messageId the message
     * @param level how much is left of the properties, see {@link #casting()}
     */
    RequestInformation attachments(String messageId, int level) {
        return user.messages().byMessageId(messageId).attachments().toGetRequestInformation(config -> {
            var query = parameters(config.queryParameters);
            query.select = ATTACHMENT_PROPERTIES.get(level);
        });
    }

    /** Asks for the ids of a message's attachments, which can be had where all that is said of many at once cannot. */
    RequestInformation attachmentIds(String messageId) {
        return user.messages().byMessageId(messageId).attachments().toGetRequestInformation(config -> {
            var query = parameters(config.queryParameters);
            query.select = new String[] {"id"};
        });
    }

    /**
     * Asks for one attachment, without its bytes.
     *
     * @param messageId the message
     * @param attachmentId the attachment
     * @param level how much is left of the properties, see {@link #casting()}
     */
    RequestInformation attachment(String messageId, String attachmentId, int level) {
        return user.messages()
                .byMessageId(messageId)
                .attachments()
                .byAttachmentId(attachmentId)
                .toGetRequestInformation(config -> {
                    var query = parameters(config.queryParameters);
                    query.select = ATTACHMENT_PROPERTIES.get(level);
                });
    }

    /** Asks for an attachment's bytes; the SDK's builders know the address only without {@code $value}. */
    RequestInformation attachmentContent(String messageId, String attachmentId) {
        RequestInformation request = user.messages()
                .byMessageId(messageId)
                .attachments()
                .byAttachmentId(attachmentId)
                .toGetRequestInformation();
        request.urlTemplate = ATTACHMENT_VALUE;
        request.headers.remove("Accept");
        return request;
    }

    RequestInformation mime(String messageId) {
        return user.messages().byMessageId(messageId).content().toGetRequestInformation();
    }

    /** {@return the level at which nothing is expanded any more} */
    static int withoutExpand() {
        return EXPANDS.size() - 1;
    }

    private static String @Nullable [] expand(int level) {
        String[] expand = EXPANDS.get(level);
        return expand.length == 0 ? null : expand;
    }

    /** {@return how far the expand of messages is simplified} */
    Simplification expanding() {
        return expanding;
    }

    /** {@return how far the list of attachments is simplified} */
    Simplification casting() {
        return casting;
    }

    private RequestInformation withBodyType(RequestInformation request) {
        switch (body) {
            case HTML -> request.headers.add("Prefer", "outlook.body-content-type=\"html\"");
            case TEXT -> request.headers.add("Prefer", "outlook.body-content-type=\"text\"");
            case NATIVE -> {}
        }
        return request;
    }

    /** The SDK's configurations always bring their parameters; their annotations do not say so. */
    private static <T> T parameters(@Nullable T parameters) {
        return Objects.requireNonNull(parameters, "the SDK's query parameters");
    }
}
