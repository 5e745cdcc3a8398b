package dev.backfill.examples.changes;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.backfill.spi.OutboundMessage;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Keeps messages as a consumer does that knows the contract and nothing else: one event a key, and of each message the event with
 * the highest {@code last_updated}. Confined to one thread.
 */
final class EventReader {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<String, Event> byMessage = new HashMap<>();
    private final Map<String, Integer> byKey = new HashMap<>();

    /** What an event says that matters here. */
    record Event(String id, String operation, Instant lastUpdated, String folder, List<String> labels) {}

    /** Takes events in the order of their arrival. */
    EventReader read(List<OutboundMessage> messages) {
        for (OutboundMessage message : messages) {
            if (byKey.merge(message.dedupeKey(), 1, Integer::sum) > 1) {
                continue;
            }
            Event event = event(message);
            byMessage.merge(
                    event.id(), event, (old, fresh) -> fresh.lastUpdated().isBefore(old.lastUpdated()) ? old : fresh);
        }
        return this;
    }

    /** {@return the messages that are there, each as folder and labels} */
    Map<String, String> there() {
        Map<String, String> there = new HashMap<>();
        byMessage.forEach((id, event) -> {
            if (!event.operation().equals("delete")) {
                there.put(id, event.folder() + " " + event.labels());
            }
        });
        return there;
    }

    /** {@return how many events came whose key was known} */
    int doubled() {
        return byKey.values().stream().mapToInt(times -> times - 1).sum();
    }

    private static Event event(OutboundMessage message) {
        Map<String, String> texts = new HashMap<>();
        List<String> labels = new ArrayList<>();
        try (JsonParser json = JSON.createParser(message.data())) {
            String field = "";
            for (JsonToken token = json.nextToken(); token != null; token = json.nextToken()) {
                if (token == JsonToken.FIELD_NAME) {
                    field = json.currentName();
                } else if (token == JsonToken.VALUE_STRING
                        && json.getParsingContext().inArray()) {
                    if (field.equals("labels")) {
                        labels.add(json.getText());
                    }
                } else if (token == JsonToken.VALUE_STRING) {
                    texts.putIfAbsent(field, json.getText());
                }
            }
        } catch (IOException notJson) {
            throw new UncheckedIOException(notJson);
        }
        return new Event(
                texts.getOrDefault("provider_message_id", ""),
                texts.getOrDefault("operation", ""),
                Instant.parse(texts.getOrDefault("last_updated", "")),
                texts.getOrDefault("folder", ""),
                List.copyOf(labels));
    }
}
