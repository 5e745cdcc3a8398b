package dev.backfill.core.encode;

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
    private final ByteSink bytes;
    private final JsonGenerator json;
    private final EmailEvent event;
    private final EmailMessage email;
    private final Layout layout;
    private final byte[] body;
    private final String at;

    /**
     * Makes a writer.
     *
     * @param bytes where to write
     * @param json writes there
     * @param event what happened
     * @param email the event's message; for a DELETE one that has nothing
     * @param layout what of the message is written
     */
    EventWriter(ByteSink bytes, JsonGenerator json, EmailEvent event, EmailMessage email, Layout layout) {
        this.bytes = bytes;
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
        text(Field.USER_ID, event.account().user().value());
        object(Field.EMAIL);
        writeEmail();
        writeAdditions();
        json.writeEndObject();
        plain(Field.OPERATION, event.change().code());
        plain(Field.BATCH_ID, event.jobId().value());
        plain(Field.LAST_UPDATED, WireDate.of(lastUpdated()));
        plain(Field.SYNC_TIMESTAMP, at);
        plain(Field.PROVIDER, event.account().provider());
        plain(Field.SYNC_TYPE, event.syncType().code());
        json.writeEndObject();
    }

    private void writeMetadata(String eventId, String sourceService, String sourceVersion) throws IOException {
        object(Field.METADATA);
        plain(Field.EVENT_ID, eventId);
        plain(Field.TIMESTAMP, at);
        plain(Field.SOURCE_SERVICE, sourceService);
        plain(Field.SOURCE_VERSION, sourceVersion);
        nothing(Field.TRACE_ID);
        nothing(Field.SPAN_ID);
        nothing(Field.PARENT_SPAN_ID);
        nothing(Field.REQUEST_ID);
        text(Field.USER_ID, event.account().user().value());
        plain(Field.CORRELATION_ID, event.jobId().value());
        object(Field.TAGS);
        json.writeEndObject();
        json.writeEndObject();
    }

    private void writeEmail() throws IOException {
        String messageId = JsonText.clean(event.messageId());
        plain(Field.ID, messageId);
        text(Field.THREAD_ID, email.threadId());
        text(Field.SUBJECT, email.subject());
        escaped(Field.BODY, body);
        EmailAddress from = email.from();
        text(Field.FROM_ADDRESS, from == null ? "" : from.address());
        addresses(Field.TO_ADDRESSES, email.to());
        addresses(Field.CC_ADDRESSES, email.cc());
        addresses(Field.BCC_ADDRESSES, email.bcc());
        plain(Field.RECEIVED_DATE, WireDate.of(email.receivedAt()));
        nullable(Field.SENT_DATE, sentDate());
        texts(Field.LABELS, email.labels());
        flag(Field.IS_READ, email.read());
        flag(Field.IS_STARRED, email.starred());
        flag(Field.HAS_ATTACHMENTS, email.hasAttachments());
        plain(Field.PROVIDER, event.account().provider());
        plain(Field.PROVIDER_MESSAGE_ID, messageId);
        number(Field.SIZE_BYTES, email.sizeBytes());
        nullable(Field.MIME_TYPE, email.mimeType());
        writeHeaders();
    }

    private void writeAdditions() throws IOException {
        text(Field.FOLDER, email.folder());
        escaped(Field.BODY_HTML, utf8(layout.bodyHtml()));
        escaped(Field.BODY_TEXT, utf8(layout.bodyText()));
        text(Field.INTERNET_MESSAGE_ID, email.internetMessageId());
        text(Field.IN_REPLY_TO, email.inReplyTo());
        texts(Field.REFERENCES, email.references());
        addresses(Field.REPLY_TO, email.replyTo());
        plain(
                Field.IMPORTANCE,
                event.change() == Change.DELETE ? "" : email.importance().code());
        writeAttachments();
        writeRawMime();
        writeTruncated();
    }

    private void writeTruncated() throws IOException {
        array(Field.TRUNCATED);
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
        array(Field.ATTACHMENT_IDS);
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
        plain(Field.FIELD, field);
        plain(Field.REASON, reason);
        number(Field.OMITTED_BYTES, bytes);
        number(Field.OMITTED_ITEMS, (long) items);
    }

    private void writeHeaders() throws IOException {
        object(Field.HEADERS);
        if (layout.headers()) {
            for (Map.Entry<String, String> header : email.headers().entrySet()) {
                json.writeStringField(JsonText.clean(header.getKey()), JsonText.clean(header.getValue()));
            }
        }
        json.writeEndObject();
    }

    private void writeAttachments() throws IOException {
        array(Field.ATTACHMENTS);
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
            base64(Field.RAW_MIME, mime);
        }
    }

    private void writeAttachment(Attachment attachment, byte @Nullable [] content) throws IOException {
        json.writeStartObject();
        text(Field.ID, attachment.id());
        text(Field.NAME, attachment.name());
        text(Field.CONTENT_TYPE, attachment.contentType());
        number(Field.SIZE_BYTES, attachment.sizeBytes());
        flag(Field.IS_INLINE, attachment.inline());
        String contentId = attachment.contentId();
        text(Field.CONTENT_ID, contentId == null ? "" : contentId);
        if (content != null) {
            base64(Field.CONTENT, content);
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

    private void object(Field field) throws IOException {
        json.writeFieldName(field.json());
        json.writeStartObject();
    }

    private void array(Field field) throws IOException {
        json.writeFieldName(field.json());
        json.writeStartArray();
    }

    private void nothing(Field field) throws IOException {
        json.writeFieldName(field.json());
        json.writeNull();
    }

    private void flag(Field field, boolean value) throws IOException {
        json.writeFieldName(field.json());
        json.writeBoolean(value);
    }

    /** A text that is clean. */
    private void plain(Field field, String value) throws IOException {
        json.writeFieldName(field.json());
        json.writeString(value);
    }

    private void escaped(Field field, byte[] value) throws IOException {
        json.writeFieldName(field.json());
        json.writeRawValue("\"");
        json.flush();
        bytes.put(value);
        json.writeRaw('"');
    }

    private void base64(Field field, byte[] value) throws IOException {
        json.writeFieldName(field.json());
        json.writeRawValue("\"");
        json.flush();
        bytes.putBase64(value);
        json.writeRaw('"');
    }

    private void text(Field field, String value) throws IOException {
        plain(field, JsonText.clean(value));
    }

    private void nullable(Field field, @Nullable String value) throws IOException {
        if (value == null) {
            nothing(field);
        } else {
            text(field, value);
        }
    }

    private void number(Field field, @Nullable Long value) throws IOException {
        json.writeFieldName(field.json());
        if (value == null) {
            json.writeNull();
        } else {
            json.writeNumber(value);
        }
    }

    private void texts(Field field, List<String> values) throws IOException {
        array(field);
        for (String value : values) {
            json.writeString(JsonText.clean(value));
        }
        json.writeEndArray();
    }

    /** The names stand in the headers; who has a name alone has no address to list. */
    private void addresses(Field field, List<EmailAddress> values) throws IOException {
        array(field);
        for (EmailAddress value : values) {
            if (!value.address().isEmpty()) {
                json.writeString(JsonText.clean(value.address()));
            }
        }
        json.writeEndArray();
    }
}
