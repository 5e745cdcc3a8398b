package dev.backfill.testkit.mail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Reads the {@code email} object of one published event into canonical texts. */
final class PublishedEmail {
    private static final JsonFactory JSON = new JsonFactory();

    private final Map<WireField, String> texts = new EnumMap<>(WireField.class);
    private String id = "";

    private PublishedEmail() {}

    /**
     * Reads an event.
     *
     * @param json the event's UTF-8 JSON
     * @return what it says
     * @throws IOException if it is no JSON or holds no email with a provider_message_id
     */
    static PublishedEmail read(byte[] json) throws IOException {
        PublishedEmail email = new PublishedEmail();
        try (JsonParser parser = JSON.createParser(json)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IOException("an event is a JSON object");
            }
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                boolean isEmail = parser.currentName().equals("email");
                if (parser.nextToken() == JsonToken.START_OBJECT && isEmail) {
                    email.readEmail(parser);
                } else {
                    parser.skipChildren();
                }
            }
        }
        if (email.id.isEmpty()) {
            throw new IOException("an event holds an email with a provider_message_id");
        }
        return email;
    }

    String id() {
        return id;
    }

    /** {@return the canonical text, or null when the field is missing} */
    @Nullable
    String text(WireField field) {
        return texts.get(field);
    }

    private void readEmail(JsonParser parser) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            String name = parser.currentName();
            parser.nextToken();
            WireField field = WireField.named(name).orElse(null);
            if (name.equals("provider_message_id")) {
                id = Canonical.text(parser.getValueAsString());
            } else if (name.equals("attachments") && parser.currentToken() == JsonToken.START_ARRAY) {
                readAttachments(parser);
            } else if (field != null) {
                texts.put(field, canonical(field, parser));
            } else {
                parser.skipChildren();
            }
        }
    }

    private static String canonical(WireField field, JsonParser parser) throws IOException {
        return switch (field.kind()) {
            case TEXT -> Canonical.text(scalar(parser));
            case BODY -> Canonical.body(scalar(parser));
            case VALUE -> Canonical.value(scalar(parser));
            case DATE -> Canonical.date(scalar(parser));
            case LIST -> Canonical.list(elements(parser));
            case SET -> Canonical.set(elements(parser));
            case MAP -> Canonical.map(entries(parser));
        };
    }

    private static @Nullable String scalar(JsonParser parser) throws IOException {
        if (parser.currentToken().isScalarValue()) {
            return parser.currentToken() == JsonToken.VALUE_NULL ? null : parser.getText();
        }
        parser.skipChildren();
        return "(no single value)";
    }

    private static List<String> elements(JsonParser parser) throws IOException {
        List<String> elements = new ArrayList<>();
        if (parser.currentToken() == JsonToken.START_ARRAY) {
            while (parser.nextToken() != JsonToken.END_ARRAY) {
                elements.add(Canonical.value(scalar(parser)));
            }
        } else {
            elements.add("(no list)" + scalar(parser));
        }
        return elements;
    }

    private static Map<String, String> entries(JsonParser parser) throws IOException {
        Map<String, String> entries = new LinkedHashMap<>();
        if (parser.currentToken() == JsonToken.START_OBJECT) {
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                parser.nextToken();
                entries.put(name, Canonical.value(scalar(parser)));
            }
        } else {
            entries.put("(no object)", Canonical.value(scalar(parser)));
        }
        return entries;
    }

    private void readAttachments(JsonParser parser) throws IOException {
        Map<WireField, List<String>> columns = new EnumMap<>(WireField.class);
        for (WireField field : WireField.values()) {
            if (field.wireName().startsWith("attachments.")) {
                columns.put(field, new ArrayList<>());
            }
        }
        while (parser.nextToken() == JsonToken.START_OBJECT) {
            readAttachment(parser, columns);
        }
        columns.forEach((field, values) -> texts.put(field, Canonical.list(values)));
    }

    private static void readAttachment(JsonParser parser, Map<WireField, List<String>> columns) throws IOException {
        while (parser.nextToken() == JsonToken.FIELD_NAME) {
            WireField field =
                    WireField.named("attachments." + parser.currentName()).orElse(null);
            parser.nextToken();
            List<String> column = field == null ? null : columns.get(field);
            if (field == null || column == null) {
                parser.skipChildren();
            } else {
                boolean text = field != WireField.ATTACHMENT_SIZES && field != WireField.ATTACHMENT_INLINE;
                String value = scalar(parser);
                column.add(text ? Canonical.text(value) : Canonical.value(value));
            }
        }
    }
}
