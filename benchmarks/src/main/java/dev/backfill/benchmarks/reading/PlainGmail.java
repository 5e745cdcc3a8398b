package dev.backfill.benchmarks.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Gmail by hand: the lists of ids, and each message's fields and decoded bodies as they stand. */
public final class PlainGmail implements Reading {
    private final PlainHttp http = new PlainHttp();
    private final String messages;

    /**
     * Makes a reading.
     *
     * @param rootUrl where the API is, with a slash at its end
     */
    public PlainGmail(String rootUrl) {
        this.messages = rootUrl + "gmail/v1/users/box/messages";
    }

    /** A message. Confined to one thread. */
    private static final class Mail {
        private final Map<String, String> texts = new HashMap<>();
        private final Map<String, String> headers = new HashMap<>();
        private final List<String> labels = new ArrayList<>();
        private final List<String> bodies = new ArrayList<>();
        private final Map<String, Instant> times = new HashMap<>();

        void field(String name, JsonParser json) throws IOException {
            switch (name) {
                case "internalDate" -> times.put(name, Instant.ofEpochMilli(Long.parseLong(json.getText())));
                case "labelIds" -> {
                    while (json.nextToken() == JsonToken.VALUE_STRING) {
                        labels.add(json.getText());
                    }
                }
                case "payload" -> PlainHttp.object(json, this::part);
                default -> texts.put(name, json.getText());
            }
        }

        private void part(String name, JsonParser json) throws IOException {
            switch (name) {
                case "headers" -> {
                    String[] pair = new String[2];
                    while (json.nextToken() == JsonToken.START_OBJECT) {
                        PlainHttp.object(json, (field, value) -> pair[field.equals("name") ? 0 : 1] = value.getText());
                        headers.put(pair[0], pair[1]);
                    }
                }
                case "body" -> PlainHttp.object(json, this::body);
                case "parts" -> PlainHttp.objects(json, this::part);
                default -> json.skipChildren();
            }
        }

        private void body(String name, JsonParser json) throws IOException {
            if (name.equals("data")) {
                bodies.add(new String(Base64.getUrlDecoder().decode(json.getText()), StandardCharsets.UTF_8));
            }
        }
    }

    /** A list of ids and where it goes on. */
    private record Ids(List<String> ids, @Nullable String next) {}

    @Override
    public Total read() throws IOException, InterruptedException {
        Total total = Total.NONE;
        String token = "";
        while (token != null) {
            Ids page = http.get(messages + "?maxResults=500" + token, PlainGmail::ids);
            for (String id : page.ids()) {
                Mail mail = http.get(messages + "/" + id + "?format=full", PlainGmail::mail);
                total = total.with(mail.bodies.stream().mapToInt(String::length).sum());
            }
            token = page.next() == null ? null : "&pageToken=" + page.next();
        }
        return total;
    }

    private static Mail mail(JsonParser json) throws IOException {
        Mail mail = new Mail();
        PlainHttp.object(json, mail::field);
        return mail;
    }

    private static Ids ids(JsonParser json) throws IOException {
        List<String> ids = new ArrayList<>();
        @Nullable String[] next = new @Nullable String[1];
        PlainHttp.object(json, (name, value) -> {
            switch (name) {
                case "messages" ->
                    PlainHttp.objects(value, (field, text) -> {
                        if (field.equals("id")) {
                            ids.add(text.getText());
                        }
                    });
                case "nextPageToken" -> next[0] = value.getText();
                default -> value.skipChildren();
            }
        });
        return new Ids(ids, next[0]);
    }
}
