package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.microsoft.kiota.RequestInformation;
import dev.backfill.model.Attachment;
import dev.backfill.spi.Outcome;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Asks what is attached to messages whose page did not say it: one list a message, and where a list fails, as it does for
 * messages with hundreds of attachments, the ids first and then each attachment by itself. Never asks for their bytes. Lists of
 * attachments take neither {@code $top} nor {@code $skip} (Graph's metadata). Thread-safe.
 */
final class AttachmentLists {
    private static final int AT_ONCE = 100;

    private final GraphClient client;
    private final GraphRequests requests;
    private final SimplerRounds rounds;
    private final Outages outages;

    AttachmentLists(GraphClient client, GraphRequests requests, SimplerRounds rounds, Outages outages) {
        this.client = client;
        this.requests = requests;
        this.rounds = rounds;
        this.outages = outages;
    }

    /** Says whether what failed may be had with less, or nothing, said of attachments. */
    static boolean mayBeTheirFault(SourceException error) {
        return switch (error.kind()) {
            case RETRY, RETRY_SMALLER -> true;
            case SKIP_MESSAGE -> error.code().equals("ErrorCannotOpenFileAttachment");
            default -> false;
        };
    }

    /**
     * Asks for the attachments of messages that have some, where the answer did not hold them (all). A message whose
     * attachments cannot be listed is marked as a failure: it is neither handed over without them nor a burden to others.
     */
    void complete(List<RawMessage> messages) {
        List<RawMessage> incomplete = messages.stream()
                .filter(raw -> raw.id != null && raw.lacksAttachments())
                .toList();
        if (incomplete.isEmpty()) {
            return;
        }
        List<Outcome<Page>> outcomes = rounds.ask(
                GraphOperations.ATTACHMENTS,
                requests.casting(),
                incomplete.stream().map(raw -> String.valueOf(raw.id)).toList(),
                requests::attachments,
                Page::read);
        List<SourceException> failures = new ArrayList<>();
        for (int i = 0; i < outcomes.size(); i++) {
            RawMessage raw = incomplete.get(i);
            try {
                raw.attachments = attachments(String.valueOf(raw.id), outcomes.get(i));
            } catch (SourceException error) {
                if (!concernsOneMessage(error)) {
                    throw error;
                }
                raw.attachmentsFailure = error;
                failures.add(error);
            }
            raw.attachmentsGoOn = false;
        }
        outages.rule(incomplete.size(), failures);
    }

    private static boolean concernsOneMessage(SourceException error) {
        return switch (error.kind()) {
            case RETRY, RETRY_SMALLER, SKIP_MESSAGE -> true;
            default -> false;
        };
    }

    private List<Attachment> attachments(String messageId, Outcome<Page> first) {
        if (first instanceof Outcome.Failure<Page> failure && mayBeTheirFault(failure.error())) {
            return singly(messageId, failure.error());
        }
        return all(
                first.get(), requests.attachments(messageId, requests.casting().level()));
    }

    /** Gives what a list holds to its end. */
    private List<Attachment> all(Page first, RequestInformation request) {
        Page page = first;
        List<Attachment> all = new ArrayList<>(page.attachments());
        Set<String> seen = new HashSet<>();
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
                    Page::read);
            all.addAll(page.attachments());
        }
        return all;
    }

    /**
     * Asks for the ids, then for each attachment.
     *
     * @param refusal why the list failed, which is what is said where the ids fail too
     */
    private List<Attachment> singly(String messageId, SourceException refusal) {
        RequestInformation request = requests.attachmentIds(messageId);
        List<Attachment> ids;
        try {
            Page first = client.call(
                    GraphOperations.ATTACHMENTS,
                    GraphErrors.Target.MESSAGE,
                    () -> NextLinks.again(request),
                    Page::read);
            ids = all(first, request);
        } catch (SourceException error) {
            if (concernsOneMessage(error)) {
                throw refusal;
            }
            throw error;
        }
        List<Attachment> all = new ArrayList<>(ids.size());
        for (int at = 0; at < ids.size(); at += AT_ONCE) {
            List<String> some = ids.subList(at, Math.min(at + AT_ONCE, ids.size())).stream()
                    .map(Attachment::id)
                    .toList();
            List<Outcome<Attachment>> outcomes = rounds.ask(
                    GraphOperations.ATTACHMENTS,
                    requests.casting(),
                    some,
                    (id, level) -> requests.attachment(messageId, id, level),
                    AttachmentLists::attachment);
            outcomes.forEach(outcome -> all.add(outcome.get()));
        }
        return all;
    }

    private static Attachment attachment(InputStream body) throws IOException {
        try (JsonParser json = GraphClient.JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(json, "the answer is no object");
            }
            return AttachmentJson.read(json);
        }
    }

    private static SourceException unlisted(String code, String what) {
        return SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, code)
                .build("Microsoft Graph " + what);
    }

    /**
     * A page of attachments.
     *
     * @param attachments what is attached
     * @param nextLink where the next page is; null at the end
     */
    private record Page(
            List<Attachment> attachments, @Nullable String nextLink) {
        static Page read(InputStream body) throws IOException {
            List<Attachment> attachments = new ArrayList<>();
            String next = JsonText.collection(body, element -> attachments.add(AttachmentJson.read(element)));
            return new Page(attachments, next);
        }
    }
}
