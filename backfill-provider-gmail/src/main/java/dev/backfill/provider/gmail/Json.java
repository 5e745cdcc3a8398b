package dev.backfill.provider.gmail;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Steps through an answer's stream. Fields may come in any order, be missing, be unknown or hold something else than they
 * should: what is not understood is passed over. Whoever reads a field leaves the parser on the last token of its value.
 */
final class Json {
    private Json() {}

    /** Goes to the value of the object's next field and gives the field's name; null at the object's end. */
    static @Nullable String nextField(JsonParser parser) throws IOException {
        if (parser.nextToken() != JsonToken.FIELD_NAME) {
            return null;
        }
        String field = parser.currentName();
        parser.nextToken();
        return field;
    }

    /** True if an object begins here; else what is here is passed over. */
    static boolean beginsObject(JsonParser parser) throws IOException {
        return begins(parser, JsonToken.START_OBJECT);
    }

    /** True if an array begins here; else what is here is passed over. */
    static boolean beginsArray(JsonParser parser) throws IOException {
        return begins(parser, JsonToken.START_ARRAY);
    }

    private static boolean begins(JsonParser parser, JsonToken start) throws IOException {
        if (parser.currentToken() == start) {
            return true;
        }
        parser.skipChildren();
        return false;
    }

    /** Goes to the array's next element that is an object; false at the array's end. */
    static boolean nextObject(JsonParser parser) throws IOException {
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            if (beginsObject(parser)) {
                return true;
            }
        }
        return false;
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

    /** The texts of an array; empty for anything else. */
    static List<String> strings(JsonParser parser) throws IOException {
        List<String> strings = new ArrayList<>();
        if (beginsArray(parser)) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                strings.add(text(parser));
            }
        }
        return strings;
    }

    /** The bytes of a base64url string; none for anything else. */
    static byte[] bytes(JsonParser parser) throws IOException {
        if (parser.currentToken() != JsonToken.VALUE_STRING) {
            parser.skipChildren();
            return new byte[0];
        }
        Base64Url decoder = new Base64Url(parser.getTextLength());
        // Jackson holds a long text in pieces; asked for the text in one it would hold it twice.
        parser.getText(decoder);
        return decoder.bytes();
    }
}
