package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the short answers from their streams: lists of ids, labels, the profile. */
final class ListJson {
    /**
     * One answer of messages.list.
     *
     * @param ids the messages' ids, in the server's order
     * @param nextPageToken where the next page begins; null at the end
     * @param sizeEstimate how many there are in all, by the server's guess; null when it does not say
     */
    record IdPage(
            List<String> ids,
            @Nullable String nextPageToken,
            @Nullable Long sizeEstimate) {}

    /**
     * One label.
     *
     * @param id its id
     * @param name its name; nested names hold slashes
     * @param type {@code system} or {@code user}; empty when the server does not say
     * @param hidden true if the user does not see it in the list of labels
     * @param messages how many messages bear it; null when the server does not say
     */
    record Label(
            String id,
            String name,
            String type,
            boolean hidden,
            @Nullable Long messages) {}

    /**
     * The profile.
     *
     * @param address the mailbox's address; empty when the server does not say
     * @param historyId the newest history record; empty when the server does not say
     */
    record Profile(String address, String historyId) {}

    private ListJson() {}

    static IdPage ids(JsonParser parser) throws IOException {
        List<String> ids = new ArrayList<>();
        String next = null;
        Long estimate = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "messages" -> messageIds(parser, ids);
                case "nextPageToken" -> next = MessageJson.text(parser);
                case "resultSizeEstimate" -> estimate = MessageJson.number(parser);
                default -> parser.skipChildren();
            }
        }
        return new IdPage(ids, next == null || next.isEmpty() ? null : next, estimate);
    }

    private static void messageIds(JsonParser parser, List<String> ids) throws IOException {
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String id = messageId(parser);
            if (!id.isEmpty()) {
                ids.add(id);
            }
        }
    }

    /** The id in an object of a message; empty when it has none. */
    static String messageId(JsonParser parser) throws IOException {
        String id = "";
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return id;
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (field.equals("id")) {
                id = MessageJson.text(parser);
            } else {
                parser.skipChildren();
            }
        }
        return id;
    }

    static List<Label> labels(JsonParser parser) throws IOException {
        List<Label> labels = new ArrayList<>();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (field.equals("labels") && parser.currentToken() == JsonToken.START_ARRAY) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    Label label = label(parser);
                    if (!label.id().isEmpty()) {
                        labels.add(label);
                    }
                }
            } else {
                parser.skipChildren();
            }
        }
        return labels;
    }

    static Label label(JsonParser parser) throws IOException {
        String id = "";
        String name = "";
        String type = "";
        boolean hidden = false;
        Long messages = null;
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return new Label(id, name, type, hidden, null);
        }
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "id" -> id = MessageJson.text(parser);
                case "name" -> name = MessageJson.text(parser);
                case "type" -> type = MessageJson.text(parser);
                case "labelListVisibility" -> hidden = MessageJson.text(parser).equals("labelHide");
                case "messagesTotal" -> messages = MessageJson.number(parser);
                default -> parser.skipChildren();
            }
        }
        return new Label(id, name.isEmpty() ? id : name, type, hidden, messages);
    }

    static Profile profile(JsonParser parser) throws IOException {
        String address = "";
        String historyId = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "emailAddress" -> address = MessageJson.text(parser);
                case "historyId" -> historyId = MessageJson.text(parser);
                default -> parser.skipChildren();
            }
        }
        return new Profile(address, historyId);
    }
}
