package dev.backfill.testkit.gmail;

import com.fasterxml.jackson.core.JsonGenerator;
import dev.backfill.testkit.mail.MailBytes;
import dev.backfill.testkit.mail.MailHeader;
import dev.backfill.testkit.mail.ParsedMail;
import dev.backfill.testkit.mail.ParsedPart;
import java.io.IOException;
import java.util.Base64;
import java.util.List;
import java.util.Locale;

/**
 * Writes messages as messages.get answers them. Attachments have ids instead of content; so have bodies from a size on. The
 * ids name the part and a generation, since the real ones change from answer to answer. Thread-safe.
 */
final class MessageRenderer {
    private static final int MAX_DEPTH = 20;

    private final GmailQuirks quirks;

    MessageRenderer(GmailQuirks quirks) {
        this.quirks = quirks;
    }

    void write(JsonGenerator json, GmailItem item, String format, List<String> headerNames, int generation)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("id", item.id());
        json.writeStringField("threadId", item.threadId());
        if (!item.labelIds().isEmpty()) {
            json.writeArrayFieldStart("labelIds");
            for (String labelId : item.labelIds()) {
                json.writeString(labelId);
            }
            json.writeEndArray();
        }
        json.writeStringField("snippet", "");
        if (format.equals("full")) {
            json.writeFieldName("payload");
            part(json, item.mail().parsed().root(), "", generation, 0);
        } else if (format.equals("metadata")) {
            json.writeFieldName("payload");
            metadata(json, item.mail().parsed().root(), headerNames);
        }
        json.writeNumberField("sizeEstimate", item.mail().mime().size());
        if (format.equals("raw")) {
            json.writeStringField("raw", item.mail().mime().base64Url());
        }
        json.writeStringField("historyId", Long.toString(item.historyId()));
        json.writeStringField("internalDate", Long.toString(item.millis()));
        json.writeEndObject();
    }

    private void metadata(JsonGenerator json, ParsedPart root, List<String> names) throws IOException {
        List<String> wanted =
                names.stream().map(name -> name.toLowerCase(Locale.ROOT)).toList();
        json.writeStartObject();
        json.writeStringField("mimeType", root.contentType());
        json.writeArrayFieldStart("headers");
        for (MailHeader header : root.headers()) {
            if (wanted.isEmpty() || wanted.contains(header.name().toLowerCase(Locale.ROOT))) {
                header(json, header);
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void part(JsonGenerator json, ParsedPart part, String partId, int generation, int depth)
            throws IOException {
        json.writeStartObject();
        json.writeStringField("partId", partId);
        json.writeStringField("mimeType", part.contentType());
        json.writeStringField("filename", part.fileName());
        json.writeArrayFieldStart("headers");
        for (MailHeader header : part.headers()) {
            header(json, header);
        }
        json.writeEndArray();
        json.writeObjectFieldStart("body");
        body(json, part, partId, generation);
        json.writeEndObject();
        List<ParsedPart> children = children(part, depth);
        if (!children.isEmpty()) {
            json.writeArrayFieldStart("parts");
            for (int i = 0; i < children.size(); i++) {
                part(json, children.get(i), childId(partId, i), generation, depth + 1);
            }
            json.writeEndArray();
        }
        json.writeEndObject();
    }

    static String childId(String partId, int index) {
        return partId.isEmpty() ? Integer.toString(index) : partId + "." + index;
    }

    /** The parts of a multipart; of a message inside the message its own tree. */
    static List<ParsedPart> children(ParsedPart part, int depth) {
        if (part.contentType().equals("message/rfc822") && depth < MAX_DEPTH) {
            return List.of(ParsedMail.parse(part.content()).root());
        }
        return part.children();
    }

    private void header(JsonGenerator json, MailHeader header) throws IOException {
        json.writeStartObject();
        json.writeStringField("name", header.name());
        json.writeStringField("value", quirks.decodedHeaders() ? header.value() : header.raw());
        json.writeEndObject();
    }

    private void body(JsonGenerator json, ParsedPart part, String partId, int generation) throws IOException {
        boolean alone = isAttachment(part) || part.content().size() >= quirks.largeBodyBytes();
        if (alone && !part.isMultipart()) {
            json.writeStringField("attachmentId", attachmentId(partId, generation));
        }
        json.writeNumberField("size", part.content().size());
        if (!alone && !part.content().isEmpty()) {
            json.writeStringField("data", content(part).base64Url());
        }
    }

    private static boolean isAttachment(ParsedPart part) {
        return !part.isMultipart()
                && (!part.isText()
                        || !part.fileName().isEmpty()
                        || part.disposition().equals("attachment"));
    }

    /** The content as the API gives it. */
    MailBytes content(ParsedPart part) {
        boolean body =
                part.contentType().equals("text/plain") || part.contentType().equals("text/html");
        return quirks.utf8Bodies() && body && !isAttachment(part) ? MailBytes.utf8(part.text()) : part.content();
    }

    static String attachmentId(String partId, int generation) {
        byte[] plain = ("attachment:" + generation + ":" + partId).getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        return "ANGjdJ" + Base64.getUrlEncoder().withoutPadding().encodeToString(plain);
    }
}
