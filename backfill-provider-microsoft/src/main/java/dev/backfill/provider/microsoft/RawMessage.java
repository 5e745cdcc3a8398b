package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import dev.backfill.model.Attachment;
import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.Importance;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A message's fields as Graph sent them, before anything is concluded from them, so that a message that makes no sense spoils
 * neither the reading of its page nor its own id. Confined to one thread.
 */
final class RawMessage {
    private static final Pattern MESSAGE_ID = Pattern.compile("<[^<>]*>");

    /** How a body refers to an attachment (RFC 2392). */
    private static final Pattern CONTENT_LINK = Pattern.compile("cid:", Pattern.CASE_INSENSITIVE);

    /** Exchange writes the first day of its calendar where it has no time. */
    private static final long MISSING_BEFORE =
            Instant.parse("1601-01-02T00:00:00Z").getEpochSecond();

    @Nullable
    String id;

    @Nullable
    String receivedDateTime;

    @Nullable
    List<Attachment> attachments;

    /** Why the attachments could not be listed; null if they could, or were not asked for. */
    @Nullable
    SourceException attachmentsFailure;

    boolean attachmentsGoOn;
    private boolean hasAttachments;
    String parentFolderId = "";
    private @Nullable String createdDateTime;
    private @Nullable String lastModifiedDateTime;
    private @Nullable String sentDateTime;
    private String changeKey = "";
    private String conversationId = "";
    private String internetMessageId = "";
    private String subject = "";
    private String importance = "";
    private String bodyType = "";
    private @Nullable String bodyContent;
    private @Nullable EmailAddress from;
    private final List<EmailAddress> to = new ArrayList<>();
    private final List<EmailAddress> cc = new ArrayList<>();
    private final List<EmailAddress> bcc = new ArrayList<>();
    private final List<EmailAddress> replyTo = new ArrayList<>();
    private final List<String> categories = new ArrayList<>();
    private final Map<String, String> headers = new LinkedHashMap<>();
    private final Map<String, String> headerNames = new LinkedHashMap<>();
    private boolean read;
    private boolean flagged;

    private RawMessage() {}

    /** Reads the object the parser stands on, to its end. */
    static RawMessage read(JsonParser json) throws IOException {
        RawMessage message = new RawMessage();
        JsonText.object(json, message::field);
        return message;
    }

    private void field(JsonParser json, String name) throws IOException {
        switch (name) {
            case "id" -> id = JsonText.string(json);
            case "receivedDateTime" -> receivedDateTime = JsonText.string(json);
            case "createdDateTime" -> createdDateTime = JsonText.string(json);
            case "lastModifiedDateTime" -> lastModifiedDateTime = JsonText.string(json);
            case "sentDateTime" -> sentDateTime = JsonText.string(json);
            case "changeKey" -> changeKey = JsonText.stringOrEmpty(json);
            case "conversationId" -> conversationId = JsonText.stringOrEmpty(json);
            case "parentFolderId" -> parentFolderId = JsonText.stringOrEmpty(json);
            case "internetMessageId" -> internetMessageId = JsonText.stringOrEmpty(json);
            case "subject" -> subject = JsonText.stringOrEmpty(json);
            case "importance" -> importance = JsonText.stringOrEmpty(json);
            case "isRead" -> read = JsonText.bool(json);
            case "hasAttachments" -> hasAttachments = JsonText.bool(json);
            case "body" -> JsonText.object(json, this::bodyField);
            case "from" -> from = recipient(json);
            case "flag" -> JsonText.object(json, this::flagField);
            default -> listField(json, name);
        }
    }

    private void listField(JsonParser json, String name) throws IOException {
        switch (name) {
            case "toRecipients" -> recipients(json, to);
            case "ccRecipients" -> recipients(json, cc);
            case "bccRecipients" -> recipients(json, bcc);
            case "replyTo" -> recipients(json, replyTo);
            case "categories" -> JsonText.array(json, element -> categories.add(JsonText.stringOrEmpty(element)));
            case "internetMessageHeaders" -> JsonText.array(json, this::header);
            case "attachments" -> attachments(json);
            case "attachments@odata.nextLink" -> attachmentsGoOn = JsonText.string(json) != null;
            default -> json.skipChildren();
        }
    }

    /** Only a list says what is attached; anything else leaves it unknown. */
    private void attachments(JsonParser json) throws IOException {
        if (json.currentToken() == JsonToken.START_ARRAY) {
            List<Attachment> list = new ArrayList<>();
            JsonText.array(json, element -> list.add(AttachmentJson.read(element)));
            attachments = list;
        } else {
            json.skipChildren();
        }
    }

    private void bodyField(JsonParser json, String name) throws IOException {
        switch (name) {
            case "contentType" -> bodyType = JsonText.stringOrEmpty(json).toLowerCase(Locale.ROOT);
            case "content" -> bodyContent = JsonText.string(json);
            default -> json.skipChildren();
        }
    }

    private void flagField(JsonParser json, String name) throws IOException {
        if (name.equals("flagStatus")) {
            flagged = JsonText.stringOrEmpty(json).equalsIgnoreCase("flagged");
        } else {
            json.skipChildren();
        }
    }

    private static void recipients(JsonParser json, List<EmailAddress> into) throws IOException {
        JsonText.array(json, element -> {
            EmailAddress address = recipient(element);
            if (address != null) {
                into.add(address);
            }
        });
    }

    private static @Nullable EmailAddress recipient(JsonParser json) throws IOException {
        @Nullable String[] parts = new @Nullable String[2];
        JsonText.object(json, (recipient, name) -> {
            if (!name.equals("emailAddress")) {
                recipient.skipChildren();
                return;
            }
            JsonText.object(recipient, (address, part) -> {
                switch (part) {
                    case "name" -> parts[0] = JsonText.string(address);
                    case "address" -> parts[1] = JsonText.string(address);
                    default -> address.skipChildren();
                }
            });
        });
        String name = parts[0];
        String address = parts[1] == null ? "" : parts[1];
        if (name == null || name.isEmpty() || name.equals(address)) {
            // Where a message gives no name, Graph shows the address as one.
            return address.isEmpty() ? null : EmailAddress.of(address);
        }
        return new EmailAddress(name, address);
    }

    private void header(JsonParser json) throws IOException {
        String[] parts = {"", ""};
        JsonText.object(json, (header, name) -> {
            switch (name) {
                case "name" -> parts[0] = JsonText.stringOrEmpty(header);
                case "value" -> parts[1] = JsonText.stringOrEmpty(header);
                default -> header.skipChildren();
            }
        });
        if (!parts[0].isEmpty()) {
            String spelled = headerNames.computeIfAbsent(parts[0].toLowerCase(Locale.ROOT), unused -> parts[0]);
            headers.merge(spelled, parts[1], (first, more) -> first + "\n" + more);
        }
    }

    private String headerValue(String lowerCaseName) {
        String spelled = headerNames.get(lowerCaseName);
        return spelled == null ? "" : headers.getOrDefault(spelled, "");
    }

    /**
     * Says whether attachments are still to be asked for: not all came, or none did though the message has some. Graph's
     * hasAttachments is false where all are inline, so a body that shows one counts too.
     */
    boolean lacksAttachments() {
        return attachmentsGoOn || (attachments == null && (hasAttachments || showsAttachment()));
    }

    private boolean showsAttachment() {
        return bodyContent != null && CONTENT_LINK.matcher(bodyContent).find();
    }

    /**
     * Gives the second the message was received; where there is none, that it was created.
     *
     * @throws DateTimeException if neither is a time
     */
    Instant receivedAt() {
        String text = receivedDateTime == null ? createdDateTime : receivedDateTime;
        if (text == null) {
            throw new DateTimeException("a message without a received and a created time");
        }
        return GraphTime.parse(text);
    }

    /**
     * Makes the message.
     *
     * @param folder the path of the folder that holds it
     * @throws RuntimeException if what was sent makes no message
     */
    EmailMessage toEmail(String folder) {
        if (id == null || id.isEmpty()) {
            throw new IllegalArgumentException("a message without an id");
        }
        boolean html = !bodyType.equals("text");
        List<Attachment> known = attachments == null ? List.of() : attachments;
        String messageId = internetMessageId.isEmpty() ? headerValue("message-id") : internetMessageId;
        return EmailMessage.builder(id, receivedAt())
                .threadId(conversationId)
                .subject(subject)
                .bodyText(html ? null : bodyContent)
                .bodyHtml(html ? bodyContent : null)
                .mimeType(bodyContent == null ? null : html ? "text/html" : "text/plain")
                .from(from)
                .to(to)
                .cc(cc)
                .bcc(bcc)
                .replyTo(replyTo)
                .sentAt(sentDateTime == null ? null : lenient(sentDateTime))
                .modifiedAt(lastModifiedDateTime == null ? null : lenient(lastModifiedDateTime))
                .labels(categories)
                .folder(folder)
                .read(read)
                .starred(flagged)
                .importance(importance())
                .hasAttachments(hasAttachments || !known.isEmpty())
                .attachments(known)
                .headers(headers)
                .internetMessageId(messageId)
                .inReplyTo(firstLine(headerValue("in-reply-to")))
                .references(references(headerValue("references")))
                .revision(changeKey)
                .build();
    }

    private Importance importance() {
        return switch (importance.toLowerCase(Locale.ROOT)) {
            case "low" -> Importance.LOW;
            case "high" -> Importance.HIGH;
            default -> Importance.NORMAL;
        };
    }

    private static String firstLine(String value) {
        int end = value.indexOf('\n');
        return end < 0 ? value : value.substring(0, end);
    }

    private static List<String> references(String value) {
        List<String> ids = new ArrayList<>();
        String first = firstLine(value);
        Matcher matcher = MESSAGE_ID.matcher(first);
        while (matcher.find()) {
            ids.add(matcher.group());
        }
        if (ids.isEmpty() && !first.isBlank()) {
            ids.addAll(List.of(first.strip().split("\\s+")));
        }
        return ids;
    }

    private static @Nullable Instant lenient(String text) {
        try {
            Instant instant = GraphTime.parse(text);
            return instant.getEpochSecond() <= MISSING_BEFORE ? null : instant;
        } catch (DateTimeException nonsense) {
            return null;
        }
    }
}
