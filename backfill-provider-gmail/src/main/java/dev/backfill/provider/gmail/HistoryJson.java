package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Reads an answer of history.list: which messages changed in which record. */
final class HistoryJson {
    private static final String ADDED = "messagesAdded";
    private static final Set<String> KINDS = Set.of(ADDED, "messagesDeleted", "labelsAdded", "labelsRemoved");

    /**
     * One message of one record.
     *
     * @param recordId the record
     * @param messageId the message
     * @param added true if the record says that it came into the mailbox
     */
    record Change(String recordId, String messageId, boolean added) {}

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
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "history" -> records(parser, changes);
                case "nextPageToken" -> next = MessageJson.text(parser);
                case "historyId" -> historyId = MessageJson.text(parser);
                default -> parser.skipChildren();
            }
        }
        return new Page(changes, next.isEmpty() ? null : next, historyId);
    }

    private static void records(JsonParser parser, List<Change> changes) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (parser.currentToken() == JsonToken.START_OBJECT) {
                changes.addAll(changesOf(parser));
            } else {
                parser.skipChildren();
            }
        }
    }

    private static List<Change> changesOf(JsonParser parser) throws IOException {
        String recordId = "";
        Map<String, Boolean> added = new LinkedHashMap<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (field.equals("id")) {
                recordId = MessageJson.text(parser);
            } else if (KINDS.contains(field) && parser.currentToken() == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    String id = messageId(parser);
                    if (!id.isEmpty()) {
                        added.merge(id, field.equals(ADDED), Boolean::logicalOr);
                    }
                }
            } else {
                parser.skipChildren();
            }
        }
        List<Change> changes = new ArrayList<>();
        for (Map.Entry<String, Boolean> entry : added.entrySet()) {
            changes.add(new Change(recordId, entry.getKey(), entry.getValue()));
        }
        return changes;
    }

    private static String messageId(JsonParser parser) throws IOException {
        String id = "";
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return id;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (field.equals("message")) {
                id = ListJson.messageId(parser);
            } else {
                parser.skipChildren();
            }
        }
        return id;
    }
}
