package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
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
import java.util.List;
import java.util.Set;
import java.util.function.Function;

/** Reads messages one by one, many requests at a time. Thread-safe. */
final class SingleMessages {
    private static final Set<String> GONE =
            Set.of("ErrorItemNotFound", "itemNotFound", "HTTP_404", "HTTP_410", "ErrorMessageNotFound");

    private final GraphClient client;
    private final GraphRequests requests;
    private final ApiCalls calls;
    private final SimplerRounds rounds;
    private final AttachmentLists attachments;
    private final Outages outages;

    SingleMessages(GraphClient client, GraphRequests requests, ApiCalls calls) {
        this.client = client;
        this.requests = requests;
        this.calls = calls;
        this.rounds = new SimplerRounds(client, calls);
        this.outages = new Outages(client, requests);
        this.attachments = new AttachmentLists(client, requests, rounds, outages);
    }

    /**
     * What became of a message.
     *
     * @param item the item; a message that is there is a CREATE
     * @param folderId the folder it lies in; empty if it was not read
     */
    record Found(PageItem item, String folderId) {}

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
        return find(scope, ids, folderPath).stream().map(Found::item).toList();
    }

    /** Reads messages as {@link #read} does, and tells in which folders they lie. */
    List<Found> find(String scope, List<String> ids, Function<String, String> folderPath) {
        List<Outcome<RawMessage>> outcomes = withoutAttachments(
                ids,
                rounds.ask(GraphOperations.GET, requests.expanding(), ids, requests::message, SingleMessages::message));
        outages.rule(ids.size(), failures(outcomes));
        List<Found> found = new ArrayList<>(ids.size());
        List<RawMessage> read = new ArrayList<>();
        for (Outcome<RawMessage> outcome : outcomes) {
            if (outcome instanceof Outcome.Success<RawMessage> success) {
                read.add(success.value());
            }
        }
        completeAttachments(read);
        for (int i = 0; i < ids.size(); i++) {
            Outcome<RawMessage> outcome = outcomes.get(i);
            String folderId =
                    outcome instanceof Outcome.Success<RawMessage> success ? success.value().parentFolderId : "";
            found.add(new Found(item(scope, ids.get(i), outcome, folderPath), folderId));
        }
        return found;
    }

    private static List<SourceException> failures(List<Outcome<RawMessage>> outcomes) {
        List<SourceException> failures = new ArrayList<>();
        for (Outcome<RawMessage> outcome : outcomes) {
            if (outcome instanceof Outcome.Failure<RawMessage> failure) {
                failures.add(failure.error());
            }
        }
        return failures;
    }

    /** Asks once more, for less, where what fails may be the attachments: too many at once, or one that cannot be opened. */
    private List<Outcome<RawMessage>> withoutAttachments(List<String> ids, List<Outcome<RawMessage>> outcomes) {
        int least = GraphRequests.withoutExpand();
        if (requests.expanding().level() >= least) {
            return outcomes;
        }
        List<Integer> failed = new ArrayList<>();
        List<ApiRequest<RawMessage>> asked = new ArrayList<>();
        for (int i = 0; i < ids.size(); i++) {
            if (outcomes.get(i) instanceof Outcome.Failure<RawMessage> failure
                    && AttachmentLists.mayBeTheirFault(failure.error())) {
                String id = ids.get(i);
                failed.add(i);
                asked.add(client.request(
                        GraphOperations.GET,
                        GraphErrors.Target.MESSAGE,
                        () -> requests.message(id, least),
                        SingleMessages::message));
            }
        }
        List<Outcome<RawMessage>> answers = asked.isEmpty() ? List.of() : calls.all(asked);
        List<Outcome<RawMessage>> all = new ArrayList<>(outcomes);
        for (int i = 0; i < answers.size(); i++) {
            all.set(failed.get(i), answers.get(i));
        }
        return all;
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

    /** See {@link AttachmentLists#complete}. */
    void completeAttachments(List<RawMessage> messages) {
        attachments.complete(messages);
    }

    private static RawMessage message(InputStream body) throws IOException {
        try (JsonParser json = GraphClient.JSON.createParser(body)) {
            if (json.nextToken() != JsonToken.START_OBJECT) {
                throw new JsonParseException(json, "the answer is no object");
            }
            return RawMessage.read(json);
        }
    }
}
