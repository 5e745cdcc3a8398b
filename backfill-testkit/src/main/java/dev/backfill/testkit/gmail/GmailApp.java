package dev.backfill.testkit.gmail;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.filter.FilteringGeneratorDelegate;
import com.fasterxml.jackson.core.filter.TokenFilter;
import dev.backfill.testkit.http.HttpAnswer;
import dev.backfill.testkit.http.HttpCall;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.ParsedPart;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.ref.SoftReference;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** Answers the requests to one mailbox. Thread-safe. */
final class GmailApp {
    private static final JsonFactory JSON = new JsonFactory();
    private static final String JSON_TYPE = "application/json; charset=UTF-8";

    private final MessageRenderer renderer;
    private final GmailLister lister;
    private final LongConsumer beforeList;
    private final AtomicLong lists = new AtomicLong();
    private final AtomicInteger generation = new AtomicInteger(1);
    private final Map<String, SoftReference<byte[]>> rendered = new ConcurrentHashMap<>();

    /** Writes an answer. */
    interface Body {
        void write(JsonGenerator json) throws IOException;
    }

    GmailApp(GmailQuirks quirks, LongConsumer beforeList) {
        this.renderer = new MessageRenderer(quirks);
        this.lister = new GmailLister(quirks);
        this.beforeList = beforeList;
    }

    /** Gives all attachments new ids; the old ones are refused from now on. */
    void renameAttachments() {
        generation.incrementAndGet();
        rendered.clear();
    }

    /**
     * Answers.
     *
     * @param mailbox the mailbox
     * @param path what comes behind {@code users/{id}}
     * @param call the request
     */
    HttpAnswer answer(GmailMailbox mailbox, List<String> path, HttpCall call) throws IOException {
        String shape = String.join("/", path);
        TokenFilter fields = FieldMask.of(call.parameter("fields"));
        int parts = path.size();
        if (!call.method().equals("GET")) {
            throw GmailFault.of(405, "httpMethodNotAllowed", "The fake is read only");
        }
        if (shape.equals("profile")) {
            return json(fields, json -> profile(json, mailbox));
        }
        if (shape.equals("labels")) {
            return json(fields, json -> labels(json, mailbox));
        }
        if (parts == 2 && path.get(0).equals("labels")) {
            return json(fields, json -> label(json, mailbox, path.get(1)));
        }
        if (shape.equals("messages") || shape.equals("threads")) {
            beforeList.accept(lists.incrementAndGet());
            return json(fields, json -> lister.list(json, mailbox, call, shape));
        }
        if (shape.equals("history")) {
            return json(fields, json -> lister.history(json, mailbox, call));
        }
        if (parts == 2 && path.get(0).equals("messages")) {
            return message(mailbox, path.get(1), call, fields);
        }
        if (parts == 2 && path.get(0).equals("threads")) {
            return thread(mailbox, path.get(1), call, fields);
        }
        if (parts == 4 && path.get(0).equals("messages") && path.get(2).equals("attachments")) {
            GmailItem item = require(mailbox, path.get(1));
            return json(fields, json -> attachment(json, item, path.get(3)));
        }
        throw GmailFault.notFound();
    }

    private static GmailItem require(GmailMailbox mailbox, String id) {
        if (!id.matches("[0-9a-fA-F]{1,16}")) {
            throw GmailFault.badRequest("Invalid id value");
        }
        GmailItem item = mailbox.item(id);
        if (item == null) {
            throw GmailFault.notFound();
        }
        return item;
    }

    private HttpAnswer message(GmailMailbox mailbox, String id, HttpCall call, TokenFilter fields) throws IOException {
        GmailItem item = require(mailbox, id);
        String format = format(call);
        List<String> names = call.query().getOrDefault("metadataHeaders", List.of());
        int now = generation.get();
        String key = String.join(
                "|",
                mailbox.address(),
                id,
                Long.toString(item.historyId()),
                format,
                String.join(",", names),
                String.valueOf(call.parameter("fields")));
        SoftReference<byte[]> made = rendered.get(key);
        byte[] bytes = made == null ? null : made.get();
        if (bytes == null) {
            bytes = bytes(fields, json -> renderer.write(json, item, format, names, now));
            rendered.put(key, new SoftReference<>(bytes));
        }
        return HttpAnswer.of(200, JSON_TYPE, List.of(bytes));
    }

    private HttpAnswer thread(GmailMailbox mailbox, String id, HttpCall call, TokenFilter fields) throws IOException {
        String format = format(call);
        if (format.equals("raw")) {
            throw GmailFault.badRequest("Invalid value at 'format'");
        }
        List<GmailItem> items = mailbox.thread(id);
        if (items.isEmpty()) {
            throw GmailFault.notFound();
        }
        List<String> names = call.query().getOrDefault("metadataHeaders", List.of());
        return json(fields, json -> {
            json.writeStartObject();
            json.writeStringField("id", id);
            long newest = items.stream().mapToLong(GmailItem::historyId).max().orElse(0);
            json.writeStringField("historyId", Long.toString(newest));
            json.writeArrayFieldStart("messages");
            for (GmailItem item : items) {
                renderer.write(json, item, format, names, generation.get());
            }
            json.writeEndArray();
            json.writeEndObject();
        });
    }

    private static String format(HttpCall call) {
        String format = call.parameter("format");
        if (format == null) {
            return "full";
        }
        if (!List.of("full", "minimal", "metadata", "raw").contains(format)) {
            throw GmailFault.badRequest("Invalid value at 'format'");
        }
        return format;
    }

    private static void profile(JsonGenerator json, GmailMailbox mailbox) throws IOException {
        json.writeStartObject();
        json.writeStringField("emailAddress", mailbox.address());
        json.writeNumberField("messagesTotal", mailbox.newestFirst().length);
        json.writeNumberField("threadsTotal", mailbox.newestFirst().length);
        json.writeStringField("historyId", Long.toString(mailbox.historyId()));
        json.writeEndObject();
    }

    private static void labels(JsonGenerator json, GmailMailbox mailbox) throws IOException {
        json.writeStartObject();
        json.writeArrayFieldStart("labels");
        for (Map.Entry<String, String> label : mailbox.labels().entrySet()) {
            json.writeStartObject();
            labelFields(json, label.getKey(), label.getValue());
            json.writeEndObject();
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private static void label(JsonGenerator json, GmailMailbox mailbox, String id) throws IOException {
        String name = mailbox.labels().get(id);
        if (name == null) {
            throw GmailFault.notFound();
        }
        json.writeStartObject();
        labelFields(json, id, name);
        json.writeNumberField("messagesTotal", mailbox.count(id));
        json.writeEndObject();
    }

    private static void labelFields(JsonGenerator json, String id, String name) throws IOException {
        boolean system = GmailMailbox.isSystem(id);
        json.writeStringField("id", id);
        json.writeStringField("name", name);
        json.writeStringField("messageListVisibility", "show");
        json.writeStringField("labelListVisibility", id.equals("CHAT") ? "labelHide" : "labelShow");
        json.writeStringField("type", system ? "system" : "user");
    }

    private void attachment(JsonGenerator json, GmailItem item, String attachmentId) throws IOException {
        ParsedPart part = find(item.mail().parsed().root(), "", attachmentId, 0);
        if (part == null) {
            throw GmailFault.badRequest("Invalid attachment token");
        }
        MailBytes content = renderer.content(part);
        json.writeStartObject();
        json.writeNumberField("size", part.content().size());
        json.writeStringField("data", content.base64Url());
        json.writeEndObject();
    }

    private @Nullable ParsedPart find(ParsedPart part, String partId, String attachmentId, int depth) {
        if (MessageRenderer.attachmentId(partId, generation.get()).equals(attachmentId)) {
            return part;
        }
        List<ParsedPart> children = MessageRenderer.children(part, depth);
        for (int i = 0; i < children.size(); i++) {
            ParsedPart found = find(children.get(i), MessageRenderer.childId(partId, i), attachmentId, depth + 1);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private static HttpAnswer json(TokenFilter fields, Body body) throws IOException {
        return HttpAnswer.of(200, JSON_TYPE, List.of(bytes(fields, body)));
    }

    @SuppressWarnings("ReferenceEquality") // the filter's one instance that includes all
    private static byte[] bytes(TokenFilter fields, Body body) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(4_096);
        try (JsonGenerator plain = JSON.createGenerator(bytes);
                JsonGenerator json = fields == TokenFilter.INCLUDE_ALL
                        ? plain
                        : new FilteringGeneratorDelegate(
                                plain, fields, TokenFilter.Inclusion.INCLUDE_ALL_AND_PATH, true)) {
            body.write(json);
        }
        // A filter that lets nothing through writes nothing at all; Google answers an empty object.
        return bytes.size() == 0 ? "{}".getBytes(StandardCharsets.US_ASCII) : bytes.toByteArray();
    }
}
