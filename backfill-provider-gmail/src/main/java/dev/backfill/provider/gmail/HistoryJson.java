package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads an answer of history.list: which messages changed in which record, and how. */
final class HistoryJson {
    /** What of an answer is read, as Google's {@code fields}. */
    static final String FIELDS =
            "history(id,messagesAdded/message(id,threadId,labelIds),messagesDeleted/message(id,threadId,labelIds),"
                    + "labelsAdded(labelIds,message(id,threadId,labelIds)),labelsRemoved(labelIds,message(id,threadId,labelIds))),"
                    + "nextPageToken,historyId";

    /**
     * One message of one record.
     *
     * @param recordId the record
     * @param messageId the message
     * @param threadId its thread; its own id when the record does not say
     * @param added true if the record says that it came into the mailbox
     * @param deleted true if the record says that it was deleted, not thrown into the trash; were it to come back, a later record would say so
     * @param labels the ids of the labels it bore, as the record says; null when the record does not say
     * @param gained the ids of labels that were added
     * @param lost the ids of labels that were removed
     */
    record Change(
            String recordId,
            String messageId,
            String threadId,
            boolean added,
            boolean deleted,
            @Nullable List<String> labels,
            List<String> gained,
            List<String> lost) {
        Change {
            labels = labels == null ? null : List.copyOf(labels);
            gained = List.copyOf(gained);
            lost = List.copyOf(lost);
        }
    }

    /**
     * One answer.
     *
     * @param changes what changed, oldest record first, a message once a record
     * @param nextPageToken where the next page begins; null at the end
     * @param historyId the newest record; empty when the server does not say
     */
    record Page(List<Change> changes, @Nullable String nextPageToken, String historyId) {}

    private HistoryJson() {}

    static Page page(JsonParser parser) throws IOException {
        List<Change> changes = new ArrayList<>();
        String next = "";
        String historyId = "";
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            switch (field) {
                case "history" -> records(parser, changes);
                case "nextPageToken" -> next = Json.text(parser);
                case "historyId" -> historyId = Json.text(parser);
                default -> parser.skipChildren();
            }
        }
        return new Page(changes, next.isEmpty() ? null : next, historyId);
    }

    private static void records(JsonParser parser, List<Change> changes) throws IOException {
        if (Json.beginsArray(parser)) {
            while (Json.nextObject(parser)) {
                changes.addAll(changesOf(parser));
            }
        }
    }

    private static List<Change> changesOf(JsonParser parser) throws IOException {
        String recordId = "";
        Map<String, Collected> byMessage = new LinkedHashMap<>();
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            switch (field) {
                case "id" -> recordId = Json.text(parser);
                case "messagesAdded", "messagesDeleted", "labelsAdded", "labelsRemoved" ->
                    entries(parser, field, byMessage);
                default -> parser.skipChildren();
            }
        }
        List<Change> changes = new ArrayList<>();
        for (Map.Entry<String, Collected> entry : byMessage.entrySet()) {
            Collected all = entry.getValue();
            changes.add(new Change(
                    recordId, entry.getKey(), all.threadId, all.added, all.deleted, all.labels, all.gained, all.lost));
        }
        return changes;
    }

    private static void entries(JsonParser parser, String kind, Map<String, Collected> byMessage) throws IOException {
        if (!Json.beginsArray(parser)) {
            return;
        }
        while (Json.nextObject(parser)) {
            ListJson.ListedMessage message = ListJson.ListedMessage.NONE;
            List<String> changed = List.of();
            for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
                switch (field) {
                    case "message" -> message = ListJson.message(parser);
                    case "labelIds" -> changed = Json.strings(parser);
                    default -> parser.skipChildren();
                }
            }
            if (!message.id().isEmpty()) {
                String threadId = message.threadId();
                byMessage
                        .computeIfAbsent(message.id(), unused -> new Collected(threadId))
                        .add(kind, message.labelIds(), changed);
            }
        }
    }

    /** What one record says of one message. */
    private static final class Collected {
        private final String threadId;
        private final List<String> gained = new ArrayList<>();
        private final List<String> lost = new ArrayList<>();
        private boolean added;
        private boolean deleted;
        private @Nullable List<String> labels;

        private Collected(String threadId) {
            this.threadId = threadId;
        }

        private void add(String kind, List<String> labelIds, List<String> changed) {
            added |= kind.equals("messagesAdded");
            deleted |= kind.equals("messagesDeleted");
            // Google leaves empty lists out, so that no label and no word on labels look the same.
            labels = labelIds.isEmpty() ? labels : labelIds;
            if (kind.equals("labelsAdded")) {
                gained.addAll(changed);
            } else if (kind.equals("labelsRemoved")) {
                lost.addAll(changed);
            }
        }
    }
}
