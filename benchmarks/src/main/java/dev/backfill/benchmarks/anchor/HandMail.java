package dev.backfill.benchmarks.anchor;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message of Graph as somebody reads it who needs one event of it and nothing else. Confined to one thread. */
final class HandMail {
    private static final JsonFactory JSON = new JsonFactory();

    final Map<String, String> texts = new LinkedHashMap<>();
    final Map<String, List<String>> addresses = new LinkedHashMap<>();
    final Map<String, String> headers = new LinkedHashMap<>();
    final List<String> categories = new ArrayList<>();
    String bodyType = "";
    String body = "";
    boolean read;
    boolean flagged;
    boolean attachments;

    /**
     * A page.
     *
     * @param mails its messages
     * @param next where the next one is; null for none
     */
    record Page(List<HandMail> mails, @Nullable String next) {}

    /** Reads a page as it streams in. */
    static Page page(InputStream in) throws IOException {
        List<HandMail> mails = new ArrayList<>();
        String next = null;
        try (JsonParser json = JSON.createParser(in)) {
            json.nextToken();
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("value")) {
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        mails.add(mail(json));
                    }
                } else if (field.equals("@odata.nextLink")) {
                    next = json.getText();
                } else {
                    json.skipChildren();
                }
            }
        }
        return new Page(mails, next);
    }

    private static HandMail mail(JsonParser json) throws IOException {
        HandMail mail = new HandMail();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            mail.field(json);
        }
        return mail;
    }

    private void field(JsonParser json) throws IOException {
        String field = json.currentName();
        JsonToken value = json.nextToken();
        switch (field) {
            case "body" -> body(json);
            case "from" -> addresses.put(field, value == JsonToken.START_OBJECT ? List.of(address(json)) : List.of());
            case "toRecipients", "ccRecipients", "bccRecipients", "replyTo" -> addresses.put(field, addresses(json));
            case "internetMessageHeaders" -> headers(json);
            case "categories" -> {
                while (json.nextToken() == JsonToken.VALUE_STRING) {
                    categories.add(json.getText());
                }
            }
            case "flag" -> {
                while (json.nextToken() == JsonToken.FIELD_NAME) {
                    json.nextToken();
                    flagged |= json.getText().equals("flagged");
                }
            }
            case "isRead" -> read = json.getBooleanValue();
            case "hasAttachments" -> attachments = json.getBooleanValue();
            default -> {
                if (value == JsonToken.VALUE_STRING) {
                    texts.put(field, json.getText());
                } else {
                    json.skipChildren();
                }
            }
        }
    }

    private void body(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            if (field.equals("content")) {
                body = json.getText();
            } else {
                bodyType = json.getText();
            }
        }
    }

    private static List<String> addresses(JsonParser json) throws IOException {
        List<String> all = new ArrayList<>();
        while (json.nextToken() == JsonToken.START_OBJECT) {
            all.add(address(json));
        }
        return all;
    }

    /** Within {@code {"emailAddress":{"name":..,"address":..}}}. */
    private static String address(JsonParser json) throws IOException {
        String address = "";
        json.nextToken();
        json.nextToken();
        while (json.nextToken() == JsonToken.FIELD_NAME) {
            String field = json.currentName();
            json.nextToken();
            if (field.equals("address")) {
                address = json.getText();
            }
        }
        json.nextToken();
        return address;
    }

    private void headers(JsonParser json) throws IOException {
        while (json.nextToken() == JsonToken.START_OBJECT) {
            String name = "";
            String value = "";
            while (json.nextToken() == JsonToken.FIELD_NAME) {
                String field = json.currentName();
                json.nextToken();
                if (field.equals("name")) {
                    name = json.getText();
                } else {
                    value = json.getText();
                }
            }
            headers.putIfAbsent(name, value);
        }
    }

    String text(String field) {
        return texts.getOrDefault(field, "");
    }

    List<String> addresses(String field) {
        return addresses.getOrDefault(field, List.of());
    }
}
