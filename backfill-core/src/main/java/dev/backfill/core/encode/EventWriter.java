package dev.backfill.core.encode;

import com.fasterxml.jackson.core.Base64Variants;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.backfill.model.Attachment;
import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.EmailEvent.Change;
import dev.backfill.spi.OmittedContent;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Writes one event as the wire contract shows it, field by field and in its order. Confined to one thread. */
final class EventWriter {
    private final JsonGenerator json;
    private final EmailEvent event;
    private final EmailMessage email;
    private final Layout layout;
    private final byte[] body;
    private final String at;

    /**
     * Makes a writer.
     *
     * @param json where to write
     * @param event what happened
     * @param email the event's message; for a DELETE one that has nothing
     * @param layout what of the message is written
     */
    EventWriter(JsonGenerator json, EmailEvent event, EmailMessage email, Layout layout) {
        this.json = json;
        this.event = event;
        this.email = email;
        this.layout = layout;
        this.body = EscapedText.of(layout.body());
        this.at = WireDate.of(event.at());
    }

    void write(String eventId, String sourceService, String sourceVersion) throws IOException {
        json.writeStartObject();
        writeMetadata(eventId, sourceService, sourceVersion);
        text("user_id", event.account().user().value());
        json.writeObjectFieldStart("email");
        writeEmail();
        writeAdditions();
        json.writeEndObject();
        json.writeStringField("operation", event.change().code());
        json.writeStringField("batch_id", event.jobId().value());
        json.writeStringField("last_updated", WireDate.of(lastUpdated()));
        json.writeStringField("sync_timestamp", at);
        json.writeStringField("provider", event.account().provider());
        json.writeStringField("sync_type", event.syncType().code());
        json.writeEndObject();
    }

    private void writeMetadata(String eventId, String sourceService, String sourceVersion) throws IOException {
        json.writeObjectFieldStart("metadata");
        json.writeStringField("event_id", eventId);
        json.writeStringField("timestamp", at);
        json.writeStringField("source_service", sourceService);
        json.writeStringField("source_version", sourceVersion);
        json.writeNullField("trace_id");
        json.writeNullField("span_id");
        json.writeNullField("parent_span_id");
        json.writeNullField("request_id");
        text("user_id", event.account().user().value());
        json.writeStringField("correlation_id", event.jobId().value());
        json.writeObjectFieldStart("tags");
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeEmail() throws IOException {
        String messageId = JsonText.clean(event.messageId());
        json.writeStringField("id", messageId);
        text("thread_id", email.threadId());
        text("subject", email.subject());
        escaped("body", body);
        EmailAddress from = email.from();
        text("from_address", from == null ? "" : from.address());
        addresses("to_addresses", email.to());
        addresses("cc_addresses", email.cc());
        addresses("bcc_addresses", email.bcc());
        json.writeStringField("received_date", WireDate.of(email.receivedAt()));
        nullable("sent_date", sentDate());
        texts("labels", email.labels());
        json.writeBooleanField("is_read", email.read());
        json.writeBooleanField("is_starred", email.starred());
        json.writeBooleanField("has_attachments", email.hasAttachments());
        json.writeStringField("provider", event.account().provider());
        json.writeStringField("provider_message_id", messageId);
        number("size_bytes", email.sizeBytes());
        nullable("mime_type", email.mimeType());
        writeHeaders();
    }

    private void writeAdditions() throws IOException {
        text("folder", email.folder());
        escaped("body_html", utf8(layout.bodyHtml()));
        escaped("body_text", utf8(layout.bodyText()));
        text("internet_message_id", email.internetMessageId());
        text("in_reply_to", email.inReplyTo());
        texts("references", email.references());
        addresses("reply_to", email.replyTo());
        json.writeStringField(
                "importance",
                event.change() == Change.DELETE ? "" : email.importance().code());
        writeAttachments();
        writeRawMime();
        writeTruncated();
    }

    private void writeTruncated() throws IOException {
        json.writeArrayFieldStart("truncated");
        if (!layout.missing().isEmpty()) {
            writeMissing();
        }
        for (Omission omission : layout.omissions()) {
            writeOmission(omission.field(), omission.reason().name(), omission.bytes(), omission.items());
            json.writeEndObject();
        }
        json.writeEndArray();
    }

    private void writeMissing() throws IOException {
        for (OmittedContent.Reason reason : OmittedContent.Reason.values()) {
            List<OmittedContent> missing = layout.missing().stream()
                    .filter(content -> content.reason() == reason)
                    .toList();
            if (!missing.isEmpty()) {
                writeMissing(reason, missing);
            }
        }
    }

    private void writeMissing(OmittedContent.Reason reason, List<OmittedContent> missing) throws IOException {
        long bytes = 0;
        Set<String> ids = new HashSet<>();
        for (OmittedContent content : missing) {
            Long size = content.sizeBytes();
            // Sizes are the provider's word: the sum of absurd ones stays a number of bytes.
            bytes = size == null || size > Long.MAX_VALUE - bytes ? bytes : bytes + size;
            ids.add(content.attachmentId());
        }
        ids.remove("");
        writeOmission("attachments.content", reason.name(), bytes, missing.size());
        json.writeArrayFieldStart("attachment_ids");
        for (Attachment attachment : email.attachments().subList(0, layout.attachments())) {
            if (ids.remove(attachment.id())) {
                json.writeString(JsonText.clean(attachment.id()));
            }
        }
        json.writeEndArray();
        json.writeEndObject();
    }

    private void writeOmission(String field, String reason, long bytes, int items) throws IOException {
        json.writeStartObject();
        json.writeStringField("field", field);
        json.writeStringField("reason", reason);
        json.writeNumberField("omitted_bytes", bytes);
        json.writeNumberField("omitted_items", items);
    }

    private void writeHeaders() throws IOException {
        json.writeObjectFieldStart("headers");
        if (layout.headers()) {
            for (Map.Entry<String, String> header : email.headers().entrySet()) {
                text(JsonText.clean(header.getKey()), header.getValue());
            }
        }
        json.writeEndObject();
    }

    private void writeAttachments() throws IOException {
        json.writeArrayFieldStart("attachments");
        Map<String, byte[]> contents = new HashMap<>();
        for (AttachmentContent content : layout.contents()) {
            contents.putIfAbsent(content.attachmentId(), content.bytes());
        }
        for (Attachment attachment : email.attachments().subList(0, layout.attachments())) {
            writeAttachment(attachment, contents.remove(attachment.id()));
        }
        json.writeEndArray();
    }

    private void writeRawMime() throws IOException {
        byte[] mime = layout.rawMimeBytes();
        if (mime != null) {
            json.writeFieldName(Layout.RAW_MIME);
            json.writeBinary(Base64Variants.MIME_NO_LINEFEEDS, mime, 0, mime.length);
        }
    }

    private void writeAttachment(Attachment attachment, byte @Nullable [] content) throws IOException {
        json.writeStartObject();
        text("id", attachment.id());
        text("name", attachment.name());
        text("content_type", attachment.contentType());
        number("size_bytes", attachment.sizeBytes());
        json.writeBooleanField("is_inline", attachment.inline());
        String contentId = attachment.contentId();
        text("content_id", contentId == null ? "" : contentId);
        if (content != null) {
            json.writeFieldName("content");
            json.writeBinary(Base64Variants.MIME_NO_LINEFEEDS, content, 0, content.length);
        }
        json.writeEndObject();
    }

    /** A create without the provider's own time is as old as the message; any other change is as old as its reading. */
    private Instant lastUpdated() {
        if (event.change() == Change.DELETE) {
            return event.at();
        }
        Instant modifiedAt = email.modifiedAt();
        if (modifiedAt != null) {
            return modifiedAt;
        }
        return event.change() == Change.CREATE ? email.receivedAt() : event.at();
    }

    private @Nullable String sentDate() {
        Instant sentAt = email.sentAt();
        return sentAt == null || !WireDate.isRepresentable(sentAt) ? null : WireDate.of(sentAt);
    }

    /** One of the two is what {@code body} holds, too. */
    private byte[] utf8(String text) {
        return text.equals(layout.body()) ? body : EscapedText.of(text);
    }

    private void escaped(String field, byte[] value) throws IOException {
        json.writeFieldName(field);
        json.writeRawUTF8String(value, 0, value.length);
    }

    private void text(String field, String value) throws IOException {
        json.writeStringField(field, JsonText.clean(value));
    }

    private void nullable(String field, @Nullable String value) throws IOException {
        if (value == null) {
            json.writeNullField(field);
        } else {
            text(field, value);
        }
    }

    private void number(String field, @Nullable Long value) throws IOException {
        if (value == null) {
            json.writeNullField(field);
        } else {
            json.writeNumberField(field, value);
        }
    }

    private void texts(String field, List<String> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (String value : values) {
            json.writeString(JsonText.clean(value));
        }
        json.writeEndArray();
    }

    /** The names stand in the headers; who has a name alone has no address to list. */
    private void addresses(String field, List<EmailAddress> values) throws IOException {
        json.writeArrayFieldStart(field);
        for (EmailAddress value : values) {
            if (!value.address().isEmpty()) {
                json.writeString(JsonText.clean(value.address()));
            }
        }
        json.writeEndArray();
    }
}
