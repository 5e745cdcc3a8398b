package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.microsoft.kiota.RequestInformation;
import dev.backfill.model.Attachment;
import dev.backfill.spi.ApiCalls;
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
    private final SimplerRounds rounds;

    SingleMessages(GraphClient client, GraphRequests requests, ApiCalls calls) {
        this.client = client;
        this.requests = requests;
        this.rounds = new SimplerRounds(client, calls);
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
        List<Outcome<RawMessage>> outcomes =
                rounds.ask(GraphOperations.GET, requests.expanding(), ids, requests::message, SingleMessages::message);
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
                .filter(raw -> raw.id != null && raw.lacksAttachments())
                .toList();
        if (incomplete.isEmpty()) {
            return;
        }
        List<Outcome<AttachmentPage>> outcomes = rounds.ask(
                GraphOperations.ATTACHMENTS,
                requests.casting(),
                incomplete.stream().map(raw -> String.valueOf(raw.id)).toList(),
                requests::attachments,
                AttachmentPage::read);
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
        RequestInformation request =
                requests.attachments(messageId, requests.casting().level());
        for (String next = page.nextLink(); next != null; next = page.nextLink()) {
            RequestInformation following = NextLinks.follow(request, next);
            if (following == null) {
                throw unlisted("NEXT_LINK_UNREADABLE", "goes on with a message's attachments at what is no address");
            }
            if (!seen.add(next)) {
                throw unlisted("NEXT_LINK_LOOP", "gives the same link to a message's further attachments again");
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

    private static SourceException unlisted(String code, String what) {
        return SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, code)
                .build("Microsoft Graph " + what);
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
            String next = JsonText.collection(body, element -> attachments.add(AttachmentJson.read(element)));
            return new AttachmentPage(attachments, next);
        }
    }
}
