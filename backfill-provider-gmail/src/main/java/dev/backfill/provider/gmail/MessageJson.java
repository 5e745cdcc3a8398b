package dev.backfill.provider.gmail;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer of messages.get from its stream: text is decoded on the way, the content of everything else is passed over
 * unread.
 */
final class MessageJson {
    private MessageJson() {}

    /**
     * Reads a message.
     *
     * @param parser stands on the object's start
     * @param requestedId the id asked for, in case the answer has none
     * @param everything true to decode the content of attachments as well, where the answer holds it
     * @param memory waits until there is room for what is large
     */
    static GmailMessage read(JsonParser parser, String requestedId, boolean everything, AnswerMemory memory)
            throws IOException {
        return requireNonNull(readIf(parser, requestedId, everything, id -> true, memory));
    }

    /**
     * Reads a message, unless its id says that nobody wants it: then the rest of it is passed over.
     *
     * @param parser stands on the object's start
     * @param requestedId the id asked for, in case the answer has none
     * @param everything true to decode the content of attachments as well, where the answer holds it
     * @param memory waits until there is room for what is large
     * @param wanted says by an id whether its message is to be read
     * @return the message; null if it is not wanted
     */
    static @Nullable GmailMessage readIf(
            JsonParser parser, String requestedId, boolean everything, Predicate<String> wanted, AnswerMemory memory)
            throws IOException {
        String id = requestedId;
        String threadId = "";
        List<String> labelIds = List.of();
        String historyId = "";
        Long internalDate = null;
        Long sizeEstimate = null;
        GmailPart payload = null;
        RawBytes raw = null;
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            switch (field) {
                case "id" -> {
                    id = Json.text(parser);
                    if (!wanted.test(id)) {
                        passOver(parser);
                        return null;
                    }
                }
                case "threadId" -> threadId = Json.text(parser);
                case "labelIds" -> labelIds = Json.strings(parser);
                case "historyId" -> historyId = Json.text(parser);
                case "internalDate" -> internalDate = Json.number(parser);
                case "sizeEstimate" -> sizeEstimate = Json.number(parser);
                case "payload" -> payload = part(parser, everything, memory);
                case "raw" -> {
                    memory.expect(sizeEstimate == null ? 0 : sizeEstimate);
                    raw = raw(parser);
                }
                default -> parser.skipChildren();
            }
        }
        return new GmailMessage(
                id.isEmpty() ? requestedId : id,
                threadId,
                labelIds,
                historyId,
                instant(internalDate),
                sizeEstimate == null || sizeEstimate < 0 ? null : sizeEstimate,
                payload,
                raw);
    }

    private static @Nullable RawBytes raw(JsonParser parser) throws IOException {
        byte[] bytes = Json.bytes(parser);
        return bytes.length == 0 ? null : new RawBytes(bytes);
    }

    private static void passOver(JsonParser parser) throws IOException {
        while (Json.nextField(parser) != null) {
            parser.skipChildren();
        }
    }

    private static @Nullable Instant instant(@Nullable Long millis) {
        try {
            return millis == null ? null : Instant.ofEpochMilli(millis);
        } catch (DateTimeException outOfRange) {
            return null;
        }
    }

    /** A part; null where there is none, as in an object without a field. */
    private static @Nullable GmailPart part(JsonParser parser, boolean everything, AnswerMemory memory)
            throws IOException {
        if (!Json.beginsObject(parser)) {
            return null;
        }
        boolean isNothing = true;
        String partId = "";
        String mimeType = null;
        String fileName = "";
        List<GmailPart.Header> headers = List.of();
        Body body = Body.NONE;
        List<GmailPart> parts = List.of();
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            isNothing = false;
            switch (field) {
                case "partId" -> partId = Json.text(parser);
                case "mimeType" -> mimeType = Json.text(parser).toLowerCase(Locale.ROOT);
                case "filename" -> fileName = Json.text(parser);
                case "headers" -> headers = headers(parser);
                case "body" ->
                    body = body(parser, everything || mimeType == null || mimeType.startsWith("text/"), memory);
                case "parts" -> parts = parts(parser, everything, memory);
                default -> parser.skipChildren();
            }
        }
        if (isNothing) {
            return null;
        }
        String type = mimeType == null ? "" : mimeType;
        return new GmailPart(partId, type, fileName, headers, body.size, body.attachmentId, body.data, parts);
    }

    private static List<GmailPart> parts(JsonParser parser, boolean everything, AnswerMemory memory)
            throws IOException {
        List<GmailPart> parts = new ArrayList<>();
        if (Json.beginsArray(parser)) {
            while (Json.nextObject(parser)) {
                GmailPart part = part(parser, everything, memory);
                if (part != null) {
                    parts.add(part);
                }
            }
        }
        return parts;
    }

    private static List<GmailPart.Header> headers(JsonParser parser) throws IOException {
        List<GmailPart.Header> headers = new ArrayList<>();
        if (!Json.beginsArray(parser)) {
            return headers;
        }
        while (Json.nextObject(parser)) {
            String name = "";
            String value = "";
            for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
                switch (field) {
                    case "name" -> name = Json.text(parser);
                    case "value" -> value = Json.text(parser);
                    default -> parser.skipChildren();
                }
            }
            headers.add(new GmailPart.Header(name, value));
        }
        return headers;
    }

    private static Body body(JsonParser parser, boolean wanted, AnswerMemory memory) throws IOException {
        if (!Json.beginsObject(parser)) {
            return Body.NONE;
        }
        long size = 0;
        String attachmentId = null;
        byte[] data = null;
        for (String field = Json.nextField(parser); field != null; field = Json.nextField(parser)) {
            JsonToken value = parser.currentToken();
            switch (field) {
                case "size" -> {
                    Long number = Json.number(parser);
                    size = number == null ? 0 : Math.max(0, number);
                }
                case "attachmentId" -> attachmentId = value == JsonToken.VALUE_STRING ? parser.getText() : null;
                case "data" -> {
                    // Not asking for the text is what makes Jackson pass over it.
                    if (wanted && value == JsonToken.VALUE_STRING) {
                        memory.expect(size);
                        data = Json.bytes(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
                default -> parser.skipChildren();
            }
        }
        return new Body(size, attachmentId == null || attachmentId.isEmpty() ? null : attachmentId, data);
    }

    /** What stands in a part's body. */
    private static final class Body {
        private static final Body NONE = new Body(0, null, null);

        private final long size;
        private final @Nullable String attachmentId;
        private final byte @Nullable [] data;

        private Body(long size, @Nullable String attachmentId, byte @Nullable [] data) {
            this.size = size;
            this.attachmentId = attachmentId;
            this.data = data;
        }
    }
}
