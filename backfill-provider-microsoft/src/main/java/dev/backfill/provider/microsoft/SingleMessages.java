package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.microsoft.kiota.RequestInformation;
import dev.backfill.model.Attachment;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ApiRequest;
import dev.backfill.spi.FailureRef;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Reads messages one by one, and attachments that a page did not bring, many requests at a time. Thread-safe. */
final class SingleMessages {
    private static final Set<String> GONE =
            Set.of("ErrorItemNotFound", "itemNotFound", "HTTP_404", "HTTP_410", "ErrorMessageNotFound");

    private final GraphClient client;
    private final GraphRequests requests;
    private final ApiCalls calls;

    SingleMessages(GraphClient client, GraphRequests requests, ApiCalls calls) {
        this.client = client;
        this.requests = requests;
        this.calls = calls;
    }

    /**
     * Reads messages by their ids.
     *
     * @param scope the folder they were met in, for failures
     * @param ids the ids, a hundred at the most
     * @param folderPath gives the path for a folder id
     * @return one item an id, in their order
     * @throws SourceException if an error concerns more than its message
     */
    List<PageItem> read(String scope, List<String> ids, Function<String, String> folderPath) {
        List<ApiRequest<RawMessage>> all = new ArrayList<>();
        for (String id : ids) {
            all.add(client.request(
                    GraphOperations.GET,
                    GraphErrors.Target.MESSAGE,
                    () -> requests.message(id),
                    SingleMessages::message));
        }
        List<Outcome<RawMessage>> outcomes = calls.all(all);
        List<PageItem> items = new ArrayList<>(ids.size());
        List<RawMessage> read = new ArrayList<>();
        for (Outcome<RawMessage> outcome : outcomes) {
            if (outcome instanceof Outcome.Success<RawMessage> success) {
                read.add(success.value());
            }
        }
        completeAttachments(read);
        for (int i = 0; i < ids.size(); i++) {
            items.add(item(scope, ids.get(i), outcomes.get(i), folderPath));
        }
        return items;
    }

    private static PageItem item(
            String scope, String id, Outcome<RawMessage> outcome, Function<String, String> folderPath) {
        FailureRef ref = FailureRef.message(scope, id);
        if (outcome instanceof Outcome.Failure<RawMessage> failure) {
            SourceException error = failure.error();
            return switch (error.kind()) {
                case SKIP_MESSAGE ->
                    GONE.contains(error.code())
                            ? new PageItem.Skipped(id, "GONE")
                            : new PageItem.Failed(ref, error.kind(), error.code());
                case RETRY, RETRY_SMALLER -> new PageItem.Failed(ref, error.kind(), error.code());
                default -> throw error;
            };
        }
        RawMessage raw = outcome.get();
        SourceException unlisted = raw.attachmentsFailure;
        if (unlisted != null) {
            return new PageItem.Failed(ref, unlisted.kind(), unlisted.code());
        }
        try {
            return new PageItem.Message(PageItem.Change.CREATE, raw.toEmail(folderPath.apply(raw.parentFolderId)));
        } catch (IllegalArgumentException | DateTimeException unreadable) {
            return new PageItem.Failed(ref, SourceException.Kind.SKIP_MESSAGE, "UNREADABLE_MESSAGE");
        }
    }

    /**
     * Asks for the attachments of messages that have some, where the answer did not hold them (all). A message whose
     * attachments cannot be listed is marked as a failure: it is neither handed over without them nor a burden to others.
     */
    void completeAttachments(List<RawMessage> messages) {
        List<RawMessage> incomplete = messages.stream()
                .filter(raw ->
                        raw.id != null && (raw.attachmentsGoOn || (raw.attachments == null && raw.hasAttachments)))
                .toList();
        if (incomplete.isEmpty()) {
            return;
        }
        List<ApiRequest<AttachmentPage>> all = new ArrayList<>();
        for (RawMessage raw : incomplete) {
            String id = String.valueOf(raw.id);
            all.add(client.request(
                    GraphOperations.ATTACHMENTS,
                    GraphErrors.Target.MESSAGE,
                    () -> requests.attachments(id),
                    AttachmentPage::read));
        }
        List<Outcome<AttachmentPage>> outcomes = calls.all(all);
        for (int i = 0; i < outcomes.size(); i++) {
            RawMessage raw = incomplete.get(i);
            try {
                raw.attachments = attachments(String.valueOf(raw.id), outcomes.get(i));
            } catch (SourceException error) {
                if (!concernsOneMessage(error)) {
                    throw error;
                }
                raw.attachmentsFailure = error;
            }
            raw.attachmentsGoOn = false;
        }
    }

    private static boolean concernsOneMessage(SourceException error) {
        return switch (error.kind()) {
            case RETRY, RETRY_SMALLER, SKIP_MESSAGE -> true;
            default -> false;
        };
    }

    /** Gives all of a message's attachments. */
    private List<Attachment> attachments(String messageId, Outcome<AttachmentPage> first) {
        AttachmentPage page = first.get();
        List<Attachment> all = new ArrayList<>(page.attachments());
        Set<String> seen = new HashSet<>();
        RequestInformation request = requests.attachments(messageId);
        for (String next = page.nextLink(); next != null && seen.add(next); next = page.nextLink()) {
            RequestInformation following = NextLinks.follow(request, next);
            if (following == null) {
                throw SourceException.of(
                                SourceException.Kind.SKIP_MESSAGE,
                                SourceException.Scope.MESSAGE,
                                "NEXT_LINK_UNREADABLE")
                        .build("Microsoft Graph goes on with a message's attachments at what is no address");
            }
            page = client.call(
                    GraphOperations.ATTACHMENTS,
                    GraphErrors.Target.MESSAGE,
                    () -> NextLinks.again(following),
                    AttachmentPage::read);
            all.addAll(page.attachments());
        }
        return all;
    }

    private static RawMessage message(InputStream body) throws IOException {
        try (JsonParser json = GraphClient.JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(json, "the answer is no object");
            }
            return RawMessage.read(json);
        }
    }

    /**
     * A page of attachments.
     *
     * @param attachments what is attached
     * @param nextLink where the next page is; null at the end
     */
    private record AttachmentPage(
            List<Attachment> attachments, @Nullable String nextLink) {
        static AttachmentPage read(InputStream body) throws IOException {
            List<Attachment> attachments = new ArrayList<>();
            @Nullable String[] next = new @Nullable String[1];
            try (JsonParser json = GraphClient.JSON.createParser(body)) {
                json.nextToken();
                JsonText.object(json, (parser, name) -> {
                    switch (name) {
                        case "value" ->
                            JsonText.array(parser, element -> attachments.add(AttachmentJson.read(element)));
                        case "@odata.nextLink" -> next[0] = JsonText.string(parser);
                        default -> parser.skipChildren();
                    }
                });
            }
            return new AttachmentPage(attachments, next[0]);
        }
    }
}
