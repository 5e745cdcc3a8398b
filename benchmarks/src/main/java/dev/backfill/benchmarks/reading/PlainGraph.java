package dev.backfill.benchmarks.reading;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Graph by hand: the pages of a folder behind one link after another, each message's fields as they stand. */
public final class PlainGraph implements Reading {
    private static final String FIRST =
            "/users/box/mailFolders/inbox/messages?$top=100&$orderby=receivedDateTime%20asc&$select="
                    + "id,changeKey,createdDateTime,lastModifiedDateTime,receivedDateTime,sentDateTime,categories,hasAttachments,"
                    + "internetMessageId,subject,importance,parentFolderId,conversationId,isRead,body,from,toRecipients,"
                    + "ccRecipients,bccRecipients,replyTo,flag,internetMessageHeaders";

    private final PlainHttp http = new PlainHttp();
    private final String first;

    /**
     * Makes a reading.
     *
     * @param baseUrl where Graph is, with its version
     */
    public PlainGraph(String baseUrl) {
        this.first = baseUrl + FIRST;
    }

    /** A message. Confined to one thread. */
    private static final class Mail {
        private final Map<String, String> texts = new HashMap<>();
        private final Map<String, Instant> times = new HashMap<>();
        private final Map<String, List<String>> people = new HashMap<>();
        private final Map<String, String> headers = new HashMap<>();
        private final List<String> categories = new ArrayList<>();
        private String body = "";
        private final Map<String, Boolean> flags = new HashMap<>();

        void field(String name, JsonParser json) throws IOException {
            switch (name) {
                case "createdDateTime", "lastModifiedDateTime", "receivedDateTime", "sentDateTime" ->
                    times.put(name, Instant.parse(json.getText()));
                case "id",
                        "changeKey",
                        "internetMessageId",
                        "subject",
                        "importance",
                        "parentFolderId",
                        "conversationId" -> texts.put(name, json.getText());
                case "isRead" -> flags.put(name, json.getBooleanValue());
                case "body" -> PlainHttp.object(json, this::body);
                case "from" -> people.put(name, List.of(person(json)));
                case "toRecipients", "ccRecipients", "bccRecipients", "replyTo" -> people.put(name, people(json));
                case "categories" -> {
                    while (json.nextToken() == JsonToken.VALUE_STRING) {
                        categories.add(json.getText());
                    }
                }
                case "internetMessageHeaders" -> headers(json);
                default -> json.skipChildren();
            }
        }

        private void body(String name, JsonParser json) throws IOException {
            if (name.equals("content")) {
                body = json.getText();
            } else {
                texts.put(name, json.getText());
            }
        }

        private void headers(JsonParser json) throws IOException {
            String[] pair = new String[2];
            while (json.nextToken() == JsonToken.START_OBJECT) {
                PlainHttp.object(json, (name, value) -> pair[name.equals("name") ? 0 : 1] = value.getText());
                headers.put(pair[0], pair[1]);
            }
        }

        private static List<String> people(JsonParser json) throws IOException {
            List<String> people = new ArrayList<>();
            while (json.nextToken() == JsonToken.START_OBJECT) {
                people.add(person(json));
            }
            return people;
        }

        private static String person(JsonParser json) throws IOException {
            String[] address = {""};
            PlainHttp.object(
                    json,
                    (outer, object) -> PlainHttp.object(object, (name, value) -> {
                        if (name.equals("address")) {
                            address[0] = value.getText();
                        }
                    }));
            return address[0];
        }
    }

    /** A page and where the next one is. */
    private record Page(List<Mail> mails, @Nullable String next) {}

    @Override
    public Total read() throws IOException, InterruptedException {
        Total total = Total.NONE;
        String url = first;
        while (url != null) {
            Page page = http.get(url, PlainGraph::page);
            for (Mail mail : page.mails()) {
                total = total.with(mail.body.length());
            }
            url = page.next();
        }
        return total;
    }

    private static Page page(JsonParser json) throws IOException {
        List<Mail> mails = new ArrayList<>();
        @Nullable String[] next = new @Nullable String[1];
        PlainHttp.object(json, (name, value) -> {
            switch (name) {
                case "value" -> {
                    while (value.nextToken() == JsonToken.START_OBJECT) {
                        Mail mail = new Mail();
                        PlainHttp.object(value, mail::field);
                        mails.add(mail);
                    }
                }
                case "@odata.nextLink" -> next[0] = value.getText();
                default -> value.skipChildren();
            }
        });
        return new Page(mails, next[0]);
    }
}
