package dev.backfill.examples.gmail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.backfill.spi.OutboundMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A consumer as the wire contract wants it: takes an event once by its key, and keeps of a message what the event with the highest
 * {@code last_updated} says. The order of arrival means nothing to it.
 */
public final class Reader {
    private static final JsonFactory JSON = new JsonFactory();

    private final Set<String> keys = new HashSet<>();
    private final Map<String, State> states = new HashMap<>();

    /** What is known of a message: null labels once it is deleted. */
    private record State(Instant updated, @Nullable Set<String> labels) {}

    /**
     * Reads everything that was published, in an order of the seed's.
     *
     * @param published what was published
     * @param seed decides on the order
     */
    public static Reader of(List<OutboundMessage> published, long seed) {
        Reader reader = new Reader();
        List<OutboundMessage> shuffled = new java.util.ArrayList<>(published);
        java.util.Collections.shuffle(shuffled, new Random(seed));
        shuffled.forEach(reader::take);
        return reader;
    }

    private void take(OutboundMessage message) {
        if (keys.add(message.dedupeKey())) {
            try (JsonParser parser = JSON.createParser(message.data())) {
                take(parser);
            } catch (IOException broken) {
                throw new UncheckedIOException(broken);
            }
        }
    }

    private void take(JsonParser parser) throws IOException {
        String id = "";
        String operation = "";
        Instant updated = Instant.MIN;
        Set<String> labels = new TreeSet<>();
        parser.nextToken();
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            switch (field) {
                case "operation" -> operation = parser.getText();
                case "last_updated" -> updated = Instant.parse(parser.getText());
                case "email" -> id = email(parser, labels);
                default -> parser.skipChildren();
            }
        }
        State known = states.get(id);
        if (known == null || updated.isAfter(known.updated())) {
            states.put(id, new State(updated, operation.equals("delete") ? null : labels));
        }
    }

    private static String email(JsonParser parser, Set<String> labels) throws IOException {
        String id = "";
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String field = parser.currentName();
            parser.nextToken();
            if (field.equals("id")) {
                id = parser.getText();
            } else if (field.equals("labels")) {
                while (parser.nextToken() != JsonToken.END_ARRAY) {
                    labels.add(parser.getText());
                }
            } else {
                parser.skipChildren();
            }
        }
        return id;
    }

    /** {@return the labels of each message that the consumer has, by id} */
    public Map<String, Set<String>> mailbox() {
        Map<String, Set<String>> mailbox = new TreeMap<>();
        states.forEach((id, state) -> {
            if (state.labels() != null) {
                mailbox.put(id, state.labels());
            }
        });
        return mailbox;
    }
}
