package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.io.JsonEOFException;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/**
 * Small steps over JSON that take what they find: a value of another type than expected is skipped and counts as absent, so
 * that a server's additions and omissions do no harm. Each method is called with the parser on a value and leaves it there.
 */
final class JsonText {
    private JsonText() {}

    /** Does something with one field of an object. */
    @FunctionalInterface
    interface Field {
        void read(JsonParser json, String name) throws IOException;
    }

    static @Nullable String string(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_STRING) {
            return json.getText();
        }
        json.skipChildren();
        return null;
    }

    static String stringOrEmpty(JsonParser json) throws IOException {
        String text = string(json);
        return text == null ? "" : text;
    }

    static @Nullable Long number(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_NUMBER_INT) {
            return json.getValueAsLong();
        }
        json.skipChildren();
        return null;
    }

    static boolean bool(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.VALUE_TRUE) {
            return true;
        }
        json.skipChildren();
        return false;
    }

    /** Reads the fields of an object; of anything else none. */
    static void object(JsonParser json, Field field) throws IOException {
        if (json.currentToken() != JsonToken.START_OBJECT) {
            json.skipChildren();
            return;
        }
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String name = json.currentName();
            require(json.nextToken(), json);
            field.read(json, name);
        }
        require(json.currentToken(), json);
    }

    /** Reads the elements of an array; of anything else none. */
    static void array(JsonParser json, Element element) throws IOException {
        if (json.currentToken() != JsonToken.START_ARRAY) {
            json.skipChildren();
            return;
        }
        for (JsonToken token = json.nextToken(); token != JsonToken.END_ARRAY; token = json.nextToken()) {
            require(token, json);
            element.read(json);
        }
    }

    /**
     * Reads an answer that is a collection. One without a list is broken: it must never pass for an empty one.
     *
     * @param body the answer
     * @param element reads one element
     * @return where the next page is; null at the end
     */
    static @Nullable String collection(InputStream body, Element element) throws IOException {
        @Nullable String[] next = new @Nullable String[1];
        boolean[] sawValue = new boolean[1];
        try (JsonParser json = GraphClient.JSON.createParser(body)) {
            json.nextToken();
            object(json, (parser, name) -> {
                switch (name) {
                    case "value" -> {
                        sawValue[0] = parser.currentToken() == JsonToken.START_ARRAY;
                        array(parser, element);
                    }
                    case "@odata.nextLink" -> next[0] = string(parser);
                    default -> parser.skipChildren();
                }
            });
            if (!sawValue[0]) {
                throw new JsonParseException(json, "the answer has no list");
            }
        }
        return next[0];
    }

    /** Does something with one element of an array. */
    @FunctionalInterface
    interface Element {
        void read(JsonParser json) throws IOException;
    }

    private static void require(@Nullable JsonToken token, JsonParser json) throws IOException {
        if (token == null) {
            throw new JsonEOFException(json, null, "the answer ends too early");
        }
    }
}
