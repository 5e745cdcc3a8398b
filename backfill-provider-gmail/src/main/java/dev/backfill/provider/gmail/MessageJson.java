package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads an answer of messages.get from its stream: text is decoded on the way, the content of everything else is passed over
 * unread. Fields may come in any order, be missing or be unknown.
 */
final class MessageJson {
    private MessageJson() {}

    /**
     * Reads a message.
     *
     * @param parser stands on the object's start
     * @param requestedId the id asked for, in case the answer has none
     * @param everything true to decode the content of attachments as well, where the answer holds it
     */
    static GmailMessage read(JsonParser parser, String requestedId, boolean everything) throws IOException {
        String id = requestedId;
        String threadId = "";
        List<String> labelIds = List.of();
        String historyId = "";
        Long internalDate = null;
        Long sizeEstimate = null;
        GmailPart payload = null;
        RawBytes raw = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "id" -> id = text(parser);
                case "threadId" -> threadId = text(parser);
                case "labelIds" -> labelIds = strings(parser);
                case "historyId" -> historyId = text(parser);
                case "internalDate" -> internalDate = number(parser);
                case "sizeEstimate" -> sizeEstimate = number(parser);
                case "payload" -> payload = part(parser, everything);
                case "raw" -> raw = new RawBytes(bytes(parser));
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

    private static @Nullable Instant instant(@Nullable Long millis) {
        try {
            return millis == null ? null : Instant.ofEpochMilli(millis);
        } catch (DateTimeException outOfRange) {
            return null;
        }
    }

    private static @Nullable GmailPart part(JsonParser parser, boolean everything) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return null;
        }
        String partId = "";
        String mimeType = null;
        String fileName = "";
        List<GmailPart.Header> headers = List.of();
        Body body = Body.NONE;
        List<GmailPart> parts = List.of();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "partId" -> partId = text(parser);
                case "mimeType" -> mimeType = text(parser).toLowerCase(Locale.ROOT);
                case "filename" -> fileName = text(parser);
                case "headers" -> headers = headers(parser);
                case "body" -> body = body(parser, everything || mimeType == null || mimeType.startsWith("text/"));
                case "parts" -> parts = parts(parser, everything);
                default -> parser.skipChildren();
            }
        }
        String type = mimeType == null ? "" : mimeType;
        return new GmailPart(partId, type, fileName, headers, body.size, body.attachmentId, body.data, parts);
    }

    private static List<GmailPart> parts(JsonParser parser, boolean everything) throws IOException {
        List<GmailPart> parts = new ArrayList<>();
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                GmailPart part = part(parser, everything);
                if (part != null) {
                    parts.add(part);
                }
            }
        }
        return parts;
    }

    private static List<GmailPart.Header> headers(JsonParser parser) throws IOException {
        List<GmailPart.Header> headers = new ArrayList<>();
        if (parser.currentToken() != JsonToken.START_ARRAY) {
            parser.skipChildren();
            return headers;
        }
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            String name = "";
            String value = "";
            if (parser.currentToken() != JsonToken.START_OBJECT) {
                parser.skipChildren();
                continue;
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                parser.nextToken();
                switch (field) {
                    case "name" -> name = text(parser);
                    case "value" -> value = text(parser);
                    default -> parser.skipChildren();
                }
            }
            headers.add(new GmailPart.Header(name, value));
        }
        return headers;
    }

    private static Body body(JsonParser parser, boolean wanted) throws IOException {
        if (parser.currentToken() != JsonToken.START_OBJECT) {
            parser.skipChildren();
            return Body.NONE;
        }
        long size = 0;
        String attachmentId = null;
        byte[] data = null;
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            JsonToken value = parser.nextToken();
            switch (field) {
                case "size" -> {
                    Long number = number(parser);
                    size = number == null ? 0 : Math.max(0, number);
                }
                case "attachmentId" -> attachmentId = value == JsonToken.VALUE_STRING ? parser.getText() : null;
                case "data" -> {
                    // Not asking for the text is what makes Jackson pass over it.
                    if (wanted && value == JsonToken.VALUE_STRING) {
                        data = bytes(parser);
                    } else {
                        parser.skipChildren();
                    }
                }
                default -> parser.skipChildren();
            }
        }
        return new Body(size, attachmentId == null || attachmentId.isEmpty() ? null : attachmentId, data);
    }

    static byte[] bytes(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            parser.skipChildren();
            return new byte[0];
        }
        return Base64Url.decode(parser.getTextCharacters(), parser.getTextOffset(), parser.getTextLength());
    }

    /** The text of a string or number; empty for anything else, which is passed over. */
    static String text(JsonParser parser) throws IOException {
        if (parser.currentToken().isScalarValue() && parser.currentToken() != JsonToken.VALUE_NULL) {
            return parser.getText();
        }
        parser.skipChildren();
        return "";
    }

    /** A number, which Google writes as a string where it may need 64 bits; null for anything else. */
    static @Nullable Long number(JsonParser parser) throws IOException {
        try {
            return Long.valueOf(text(parser).strip());
        } catch (NumberFormatException none) {
            return null;
        }
    }

    static List<String> strings(JsonParser parser) throws IOException {
        List<String> strings = new ArrayList<>();
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                strings.add(text(parser));
            }
        } else {
            parser.skipChildren();
        }
        return strings;
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
