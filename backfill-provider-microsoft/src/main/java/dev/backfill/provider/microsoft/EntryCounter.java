package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonStreamContext;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.util.JsonParserDelegate;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/**
 * Counts the elements of an answer's {@code value} as their tokens pass by, knowing nothing of how they are decoded: an entry
 * that the decoder loses is counted all the same, and the loss shows.
 */
final class EntryCounter extends JsonParserDelegate {
    private int entries;

    EntryCounter(JsonParser inner) {
        super(inner);
    }

    @Override
    public @Nullable JsonToken nextToken() throws IOException {
        JsonToken token = super.nextToken();
        if (token != null && token != JsonToken.END_ARRAY && !token.isStructEnd() && isElement(token)) {
            entries++;
        }
        return token;
    }

    private boolean isElement(JsonToken token) {
        JsonStreamContext context = getParsingContext();
        JsonStreamContext array = token.isStructStart() ? context.getParent() : context;
        if (array == null || !array.inArray()) {
            return false;
        }
        JsonStreamContext owner = array.getParent();
        return owner != null
                && owner.inObject()
                && owner.getParent() != null
                && owner.getParent().inRoot()
                && "value".equals(owner.getCurrentName());
    }

    /** {@return how many elements have begun so far} */
    int entries() {
        return entries;
    }
}
