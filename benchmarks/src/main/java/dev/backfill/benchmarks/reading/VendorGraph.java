package dev.backfill.benchmarks.reading;

import com.microsoft.graph.models.Message;
import com.microsoft.graph.models.MessageCollectionResponse;
import com.microsoft.graph.serviceclient.GraphServiceClient;
import com.microsoft.graph.users.item.mailfolders.item.messages.MessagesRequestBuilder;
import java.util.Objects;

/** Graph as Microsoft's client reads it into its own models. */
public final class VendorGraph implements Reading {
    private static final String[] PROPERTIES = {
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
    private static final int PAGE = 100;

    private final GraphServiceClient client =
            new GraphServiceClient((request, context) -> request.headers.add("Authorization", "Bearer token"));
    private final MessagesRequestBuilder messages;

    /**
     * Makes a reading.
     *
     * @param baseUrl where Graph is, with its version
     */
    public VendorGraph(String baseUrl) {
        client.getRequestAdapter().setBaseUrl(baseUrl);
        this.messages = client.users()
                .byUserId("box")
                .mailFolders()
                .byMailFolderId("inbox")
                .messages();
    }

    @Override
    public Total read() {
        Total total = Total.NONE;
        MessageCollectionResponse page = messages.get(config -> {
            var query = Objects.requireNonNull(config.queryParameters);
            query.top = PAGE;
            query.orderby = new String[] {"receivedDateTime asc"};
            query.select = PROPERTIES;
        });
        while (page != null) {
            for (Message message : Objects.requireNonNull(page.getValue())) {
                total = total.with(Objects.requireNonNull(
                                Objects.requireNonNull(message.getBody()).getContent())
                        .length());
            }
            String next = page.getOdataNextLink();
            page = next == null ? null : messages.withUrl(next).get();
        }
        return total;
    }
}
