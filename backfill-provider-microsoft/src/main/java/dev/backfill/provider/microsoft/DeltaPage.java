package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import java.io.IOException;
import java.io.InputStream;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of a folder's changes as one answer gave it. Immutable.
 *
 * @param entries what was decoded, in the server's order
 * @param raw how many entries passed by, counted by {@link EntryCounter}
 * @param nextLink where the round goes on; null at its end
 * @param deltaLink where the next round begins; null before the end
 */
record DeltaPage(
        List<Entry> entries,
        int raw,
        @Nullable String nextLink,
        @Nullable String deltaLink) {
    /**
     * One message that is there, or that left.
     *
     * @param id its id; empty if there is none
     * @param removed true if it left the folder
     * @param changeKey its revision; empty if it left or the server does not say
     * @param received when it was received; null if it left or the server does not say
     */
    record Entry(
            String id,
            boolean removed,
            String changeKey,
            @Nullable Instant received) {
        /** {@return a short text for this entry in this state} */
        String mark() {
            return KeysetPosition.hash(id + "\n" + (removed ? "-" : changeKey));
        }
    }

    /**
     * Reads an answer. One that neither goes on nor ends is broken: it must never pass for the end of a round.
     *
     * @param body the answer
     * @return the page
     * @throws IOException if it is no page
     */
    static DeltaPage read(InputStream body) throws IOException {
        try (EntryCounter json = new EntryCounter(GraphClient.JSON.createParser(body))) {
            json.nextToken();
            Fields fields = new Fields();
            JsonText.object(json, fields::read);
            if (!fields.sawValue || (fields.nextLink == null) == (fields.deltaLink == null)) {
                throw new JsonParseException(json, "the answer is no page of changes");
            }
            return new DeltaPage(List.copyOf(fields.entries), json.entries(), fields.nextLink, fields.deltaLink);
        }
    }

    private static final class Fields {
        private final List<Entry> entries = new ArrayList<>();
        private boolean sawValue;
        private @Nullable String nextLink;
        private @Nullable String deltaLink;

        private void read(JsonParser json, String name) throws IOException {
            switch (name) {
                case "value" -> {
                    sawValue = json.isExpectedStartArrayToken();
                    JsonText.array(json, element -> entries.add(entry(element)));
                }
                case "@odata.nextLink" -> nextLink = JsonText.string(json);
                case "@odata.deltaLink" -> deltaLink = JsonText.string(json);
                default -> json.skipChildren();
            }
        }

        private static Entry entry(JsonParser json) throws IOException {
            String[] texts = {"", ""};
            boolean[] removed = new boolean[1];
            @Nullable Instant[] received = new @Nullable Instant[1];
            JsonText.object(json, (parser, name) -> {
                switch (name) {
                    case "id" -> texts[0] = JsonText.stringOrEmpty(parser);
                    case "changeKey" -> texts[1] = JsonText.stringOrEmpty(parser);
                    case "receivedDateTime" -> received[0] = time(JsonText.string(parser));
                    case "@removed" -> {
                        removed[0] = true;
                        parser.skipChildren();
                    }
                    default -> parser.skipChildren();
                }
            });
            return new Entry(texts[0], removed[0], texts[1], received[0]);
        }

        private static @Nullable Instant time(@Nullable String text) {
            try {
                return text == null ? null : GraphTime.parse(text);
            } catch (DateTimeException noTime) {
                return null;
            }
        }
    }
}
