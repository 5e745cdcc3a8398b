package dev.backfill.testkit.graph;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.backfill.model.EmailAddress;
import dev.backfill.testkit.mail.FolderPath;
import dev.backfill.testkit.mail.MailAttachment;
import dev.backfill.testkit.mail.MailHeader;
import dev.backfill.testkit.mail.ParsedMail;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Writes messages and attachments as Graph's JSON; what was written last for a message is kept as long as heap allows. */
final class MessageRenderer {
    private static final JsonFactory JSON = new JsonFactory();
    private static final int PREVIEW = 255;

    private MessageRenderer() {}

    /** Something written to a generator. */
    interface Part {
        void write(JsonGenerator json) throws IOException;
    }

    static byte[] bytes(Part part) {
        ByteArrayOutputStream out = new ByteArrayOutputStream(4_096);
        try (JsonGenerator json = JSON.createGenerator(out)) {
            part.write(json);
        } catch (IOException cannotHappen) {
            throw new UncheckedIOException(cannotHappen);
        }
        return out.toByteArray();
    }

    static byte[] message(GraphMailbox mailbox, GraphItem item, MessageShape shape) {
        String key = shape.key();
        byte[] known = item.cached(key);
        if (known != null) {
            return known;
        }
        byte[] made = bytes(json -> {
            json.writeStartObject();
            json.writeStringField("@odata.etag", "W/\"" + changeKey(item) + "\"");
            for (String property : shape.properties) {
                property(json, property, mailbox, item, shape);
            }
            if (shape.attachmentProperties != null) {
                json.writeArrayFieldStart("attachments");
                attachments(json, mailbox.id(item, shape.immutableIds), item, shape.attachmentProperties);
                json.writeEndArray();
            }
            json.writeEndObject();
        });
        item.cache(key, made);
        return made;
    }

    static String seconds(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }

    private static String changeKey(GraphItem item) {
        return GraphIds.changeKey(item.mail.id(), item.revision);
    }

    private static void property(
            JsonGenerator json, String name, GraphMailbox mailbox, GraphItem item, MessageShape shape)
            throws IOException {
        switch (name) {
            case "id" -> json.writeStringField(name, mailbox.id(item, shape.immutableIds));
            case "createdDateTime", "receivedDateTime" -> json.writeStringField(name, seconds(item.mail.receivedAt()));
            case "lastModifiedDateTime" -> json.writeStringField(name, seconds(item.modifiedAt));
            case "changeKey" -> json.writeStringField(name, changeKey(item));
            case "parentFolderId" -> json.writeStringField(name, item.folder.id);
            case "conversationId" -> json.writeStringField(name, mailbox.conversationId(item.mail));
            case "conversationIndex" -> json.writeStringField(name, GraphIds.conversationIndex(item.mail.threadKey()));
            case "importance" ->
                json.writeStringField(name, item.mail.importance().code());
            case "isRead" -> json.writeBooleanField(name, item.mail.isRead());
            case "isDraft" -> json.writeBooleanField(name, item.mail.folder().equals(FolderPath.DRAFTS));
            case "isDeliveryReceiptRequested", "isReadReceiptRequested" -> json.writeBooleanField(name, false);
            case "inferenceClassification" -> json.writeStringField(name, "focused");
            case "webLink" ->
                json.writeStringField(name, "https://outlook.office365.com/owa/?ItemID=" + mailbox.id(item, false));
            case "categories" -> {
                json.writeArrayFieldStart(name);
                for (String category : item.categories) {
                    json.writeString(category);
                }
                json.writeEndArray();
            }
            case "flag" -> {
                json.writeObjectFieldStart(name);
                json.writeStringField("flagStatus", item.mail.isStarred() ? "flagged" : "notFlagged");
                json.writeEndObject();
            }
            default -> content(json, name, item.mail.parsed(), shape);
        }
    }

    /** What Graph says of attachments: it does not count pictures in the text. */
    static boolean hasAttachments(ParsedMail mail) {
        return mail.attachments().stream().anyMatch(attachment -> !attachment.inline());
    }

    private static void content(JsonGenerator json, String name, ParsedMail mail, MessageShape shape)
            throws IOException {
        switch (name) {
            case "sentDateTime" ->
                nullable(json, name, mail.date().map(MessageRenderer::seconds).orElse(null));
            case "hasAttachments" -> json.writeBooleanField(name, hasAttachments(mail));
            case "internetMessageId" -> nullable(json, name, mail.messageId().isEmpty() ? null : mail.messageId());
            case "subject" -> json.writeStringField(name, mail.subject());
            case "bodyPreview" -> json.writeStringField(name, preview(mail));
            case "body", "uniqueBody" -> body(json, name, mail, shape.bodyType);
            case "sender" -> recipient(json, name, mail.sender().orElse(first(mail.from())));
            case "from" -> recipient(json, name, first(mail.from()));
            case "toRecipients" -> recipients(json, name, mail.to());
            case "ccRecipients" -> recipients(json, name, mail.cc());
            case "bccRecipients" -> recipients(json, name, mail.bcc());
            case "replyTo" -> recipients(json, name, mail.replyTo());
            case "internetMessageHeaders" -> {
                json.writeArrayFieldStart(name);
                for (MailHeader header : mail.headers()) {
                    json.writeStartObject();
                    json.writeStringField("name", header.name());
                    json.writeStringField("value", header.value());
                    json.writeEndObject();
                }
                json.writeEndArray();
            }
            default -> throw new IllegalStateException("no property " + name);
        }
    }

    private static void nullable(JsonGenerator json, String name, @Nullable String value) throws IOException {
        if (value == null) {
            json.writeNullField(name);
        } else {
            json.writeStringField(name, value);
        }
    }

    private static @Nullable EmailAddress first(List<EmailAddress> addresses) {
        return addresses.isEmpty() ? null : addresses.get(0);
    }

    /** A message without an author has neither property: drafts come so. */
    private static void recipient(JsonGenerator json, String name, @Nullable EmailAddress address) throws IOException {
        if (address != null) {
            json.writeFieldName(name);
            recipient(json, address);
        }
    }

    private static void recipient(JsonGenerator json, EmailAddress address) throws IOException {
        json.writeStartObject();
        json.writeObjectFieldStart("emailAddress");
        // Where a message gives no name, Graph shows the address as one.
        json.writeStringField("name", address.name() == null ? address.address() : address.name());
        json.writeStringField("address", address.address());
        json.writeEndObject();
        json.writeEndObject();
    }

    private static void recipients(JsonGenerator json, String name, List<EmailAddress> addresses) throws IOException {
        json.writeArrayFieldStart(name);
        for (EmailAddress address : addresses) {
            recipient(json, address);
        }
        json.writeEndArray();
    }

    private static void body(JsonGenerator json, String name, ParsedMail mail, @Nullable String wanted)
            throws IOException {
        String html = mail.htmlBody();
        String text = mail.textBody();
        json.writeObjectFieldStart(name);
        if ("text".equals(wanted) || (wanted == null && html == null)) {
            json.writeStringField("contentType", "text");
            json.writeStringField("content", text != null ? text : html == null ? "" : BodyConverter.toText(html));
        } else {
            json.writeStringField("contentType", "html");
            json.writeStringField("content", html != null ? html : BodyConverter.toHtml(text == null ? "" : text));
        }
        json.writeEndObject();
    }

    private static String preview(ParsedMail mail) {
        String html = mail.htmlBody();
        String text = mail.textBody();
        String shown = text != null ? text : html == null ? "" : BodyConverter.toText(html);
        if (shown.length() <= PREVIEW) {
            return shown;
        }
        int end = Character.isHighSurrogate(shown.charAt(PREVIEW - 1)) ? PREVIEW - 1 : PREVIEW;
        return shown.substring(0, end);
    }

    private static void attachments(JsonGenerator json, String messageId, GraphItem item, List<String> properties)
            throws IOException {
        List<MailAttachment> all = item.mail.parsed().attachments();
        for (int index = 0; index < all.size(); index++) {
            attachment(json, messageId, index, item, properties);
        }
    }

    /** Writes one attachment; {@code @odata.type} is always there. */
    static void attachment(JsonGenerator json, String messageId, int index, GraphItem item, List<String> properties)
            throws IOException {
        MailAttachment attachment = item.mail.parsed().attachments().get(index);
        boolean file = !attachment.isMessage();
        json.writeStartObject();
        json.writeStringField(
                "@odata.type", file ? "#microsoft.graph.fileAttachment" : "#microsoft.graph.itemAttachment");
        for (String property : properties) {
            switch (property) {
                case "id" -> json.writeStringField(property, GraphIds.attachment(messageId, index));
                case "lastModifiedDateTime" -> json.writeStringField(property, seconds(item.mail.receivedAt()));
                case "name" -> json.writeStringField(property, attachment.name());
                case "contentType" -> json.writeStringField(property, attachment.contentType());
                case "size" -> json.writeNumberField(property, attachment.sizeBytes());
                case "isInline" -> json.writeBooleanField(property, attachment.inline());
                case "contentId" -> {
                    if (file) {
                        nullable(json, property, attachment.contentId());
                    }
                }
                case "contentBytes" -> {
                    if (file) {
                        json.writeStringField(property, attachment.content().base64());
                    }
                }
                default -> {
                    if (file) {
                        json.writeNullField(property);
                    }
                }
            }
        }
        json.writeEndObject();
    }
}
