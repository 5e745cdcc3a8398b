package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonParser;
import dev.backfill.provider.gmail.ThreadedIds.Entry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the short answers from their streams: lists of ids, labels, the profile. */
final class ListJson {
    /**
     * One answer of messages.list.
     *
     * @param messages the messages, in the server's order; one whose thread the server does not tell is a thread by itself
     * @param nextPageToken where the next page begins; null at the end
     * @param sizeEstimate how many there are in all, by the server's guess; null when it does not say
     */
    record IdPage(
            List<Entry> messages,
            @Nullable String nextPageToken,
            @Nullable Long sizeEstimate) {}

    /**
     * A message in a list or in the history.
     *
     * @param id its id; empty when the server does not say
     * @param threadId its thread; its own id when the server does not say
     * @param labelIds the ids of its labels; empty when it bears none or the server does not say
     */
    record ListedMessage(String id, String threadId, List<String> labelIds) {
        static final ListedMessage NONE = new ListedMessage("", "", List.of());
    }

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
     * @param messages how many messages there are, spam and trash too; null when the server does not say
     */
    record Profile(
            String address, String historyId, @Nullable Long messages) {}

    private ListJson() {}

    static IdPage ids(JsonParser parser) throws IOException {
        List<Entry> messages = new ArrayList<>();
        String next = null;
        Long estimate = null;
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            switch (field) {
                case "messages" -> messages(parser, messages);
                case "nextPageToken" -> next = Json.text(parser);
                case "resultSizeEstimate" -> estimate = Json.number(parser);
                default -> parser.skipChildren();
            }
        }
        return new IdPage(messages, next == null || next.isEmpty() ? null : next, estimate);
    }

    private static void messages(JsonParser parser, List<Entry> messages) throws IOException {
        if (!Json.beginsArray(parser)) {
            return;
        }
        while (Json.nextObject(parser)) {
            String id = "";
            String threadId = "";
            for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
                switch (field) {
                    case "id" -> id = Json.text(parser);
                    case "threadId" -> threadId = Json.text(parser);
                    default -> parser.skipChildren();
                }
            }
            if (!id.isEmpty()) {
                messages.add(new Entry(threadId.isEmpty() ? id : threadId, id));
            }
        }
    }

    /** Reads a message of which little is told. */
    static ListedMessage message(JsonParser parser) throws IOException {
        if (!Json.beginsObject(parser)) {
            return ListedMessage.NONE;
        }
        String id = "";
        String threadId = "";
        List<String> labelIds = List.of();
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            switch (field) {
                case "id" -> id = Json.text(parser);
                case "threadId" -> threadId = Json.text(parser);
                case "labelIds" -> labelIds = Json.strings(parser);
                default -> parser.skipChildren();
            }
        }
        return new ListedMessage(id, threadId.isEmpty() ? id : threadId, labelIds);
    }

    static List<Label> labels(JsonParser parser) throws IOException {
        List<Label> labels = new ArrayList<>();
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            if (!field.equals("labels")) {
                parser.skipChildren();
            } else if (Json.beginsArray(parser)) {
                while (Json.nextObject(parser)) {
                    Label label = label(parser);
                    if (!label.id().isEmpty()) {
                        labels.add(label);
                    }
                }
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
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            switch (field) {
                case "id" -> id = Json.text(parser);
                case "name" -> name = Json.text(parser);
                case "type" -> type = Json.text(parser);
                case "labelListVisibility" -> hidden = Json.text(parser).equals("labelHide");
                case "messagesTotal" -> messages = Json.number(parser);
                default -> parser.skipChildren();
            }
        }
        return new Label(id, name.isEmpty() ? id : name, type, hidden, messages);
    }

    static Profile profile(JsonParser parser) throws IOException {
        String address = "";
        String historyId = "";
        Long messages = null;
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            switch (field) {
                case "messagesTotal" -> messages = Json.number(parser);
                case "emailAddress" -> address = Json.text(parser);
                case "historyId" -> historyId = Json.text(parser);
                default -> parser.skipChildren();
            }
        }
        return new Profile(address, historyId, messages);
    }
}
