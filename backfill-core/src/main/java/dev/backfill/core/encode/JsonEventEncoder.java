package dev.backfill.core.encode;

import static java.util.Objects.requireNonNull;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.json.JsonWriteFeature;
import com.fasterxml.jackson.core.util.JsonRecyclerPools;
import dev.backfill.model.Attachment;
import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.MessageEncoder;
import dev.backfill.spi.OmittedContent;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkLimits;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Makes the UTF-8 JSON that the downstream router and search loader read, with its keys and attributes. A pure function of
 * the event: no clock, no state. Thread-safe.
 *
 * <p>Every field is always there. {@code email.truncated} is a list, empty when nothing is missing, of
 * {@code {"field", "reason", "omitted_bytes", "omitted_items"}}. The field is below {@code email}, one of
 * {@code raw_mime, attachments.content, body_html, body_text, headers, attachments, body, sent_date, received_date}; the reason is
 * {@code TOO_LARGE}, {@code SAME_AS_BODY} (the field is empty since {@code body} holds the same),
 * {@code NOT_REPRESENTABLE} (a date outside the years 0 to 9999) or {@code UNAVAILABLE} (the provider did not give it).
 *
 * <p>Where contents were asked for, each attachment has its {@code content} or is named in {@code truncated}: of
 * {@code attachments.content} there is one element a reason, a {@link OmittedContent.Reason}, and its
 * {@code attachment_ids} name the attachments as far as they have ids and {@code attachments} still lists them;
 * {@code omitted_items} counts all, {@code omitted_bytes} adds up the sizes that are known. Where the whole MIME was asked for,
 * {@code email.raw_mime} has it in Base64, or {@code truncated} names it; where it was not, there is no such field.
 */
public final class JsonEventEncoder implements MessageEncoder {
    private static final int FIXED_BYTES = 2_048;
    private static final int PER_ELEMENT_BYTES = 160;

    // Virtual threads come and go, so buffers that stick to threads would be made anew for each.
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(JsonWriteFeature.COMBINE_UNICODE_SURROGATES_IN_UTF8)
            .recyclerPool(JsonRecyclerPools.newBoundedPool(64))
            .build();

    private final String sourceService;
    private final String sourceVersion;
    private final boolean orderingByUser;

    /**
     * Makes an encoder that names this library's version.
     *
     * @param sourceService the {@code source_service} of the messages
     * @param orderingByUser true to give each message its user's key as ordering key
     */
    public JsonEventEncoder(String sourceService, boolean orderingByUser) {
        this(sourceService, libraryVersion(), orderingByUser);
    }

    /**
     * Makes an encoder.
     *
     * @param sourceService the {@code source_service} of the messages
     * @param sourceVersion the {@code source_version} of the messages
     * @param orderingByUser true to give each message its user's key as ordering key
     */
    public JsonEventEncoder(String sourceService, String sourceVersion, boolean orderingByUser) {
        this.sourceService = JsonText.clean(requireNonNull(sourceService, "sourceService"));
        this.sourceVersion = JsonText.clean(requireNonNull(sourceVersion, "sourceVersion"));
        this.orderingByUser = orderingByUser;
    }

    private static String libraryVersion() {
        String version = JsonEventEncoder.class.getPackage().getImplementationVersion();
        return version == null ? "dev" : version;
    }

    @Override
    public OutboundMessage encode(EmailEvent event, SinkLimits limits) {
        String dedupeKey = EventKeys.dedupeKey(event);
        EventAttributes attributes = EventAttributes.of(event, dedupeKey, limits);
        String orderingKey = orderingByUser ? event.account().user().key() : null;
        long maxBytes = Math.min(limits.maxMessageBytes(), ByteSink.MAX_BYTES)
                - attributes.bytes()
                - (orderingKey == null ? 0 : orderingKey.length());
        byte[] data = encode(event, EventKeys.eventId(dedupeKey).toString(), maxBytes);
        return new OutboundMessage(data, attributes.values(), dedupeKey, orderingKey);
    }

    private byte[] encode(EmailEvent event, String eventId, long maxBytes) {
        EmailMessage email = event.email() == null ? nothing() : event.email();
        Layout layout = Layout.full(email, contents(event, email), event.omitted());
        long characters = characters(email, layout) + 2L * idCharacters(event);
        long others = otherBytes(email, layout);
        long texts = layout.body().length()
                + (long) layout.bodyText().length()
                + layout.bodyHtml().length();
        long expected = (characters - texts) / 16 * 17 + others;
        // A character takes 1 to 6 bytes. To count them takes as long as to write them, so what may fit is written.
        ByteSink whole = characters > maxBytes ? null : written(event, email, eventId, layout, expected, maxBytes);
        if (whole != null) {
            return whole.toBytes();
        }
        long bare = bareBytes(event, email, eventId);
        layout = LayoutFitter.fit(email, layout, bare, maxBytes);
        ByteSink fitting = written(event, email, eventId, layout, expected, maxBytes);
        if (fitting == null) {
            throw new SinkException(
                    SinkException.Kind.PERMANENT,
                    "TOO_LARGE",
                    "the message takes more than the " + maxBytes
                            + " bytes that the sink has room for, without all that may"
                            + " be left out; nothing can be done but to raise the sink's limit",
                    null);
        }
        return fitting.toBytes();
    }

    /** What a message takes without all that may be left out. */
    private long bareBytes(EmailEvent event, EmailMessage email, String eventId) {
        Layout bare = Layout.bare(email, event.omitted());
        ByteSink bytes = written(event, email, eventId, bare, FIXED_BYTES, ByteSink.MAX_BYTES);
        return bytes == null ? Long.MAX_VALUE : bytes.size();
    }

    /** Writes a message; null if it takes more bytes than it may. */
    private @Nullable ByteSink written(
            EmailEvent event, EmailMessage email, String eventId, Layout layout, long expectedBytes, long maxBytes) {
        ByteSink bytes = new ByteSink(expectedBytes, maxBytes);
        try (JsonGenerator json = JSON.createGenerator(bytes)) {
            new EventWriter(bytes, json, event, email, layout).write(eventId, sourceService, sourceVersion);
        } catch (ByteSink.Full tooLarge) {
            return null;
        } catch (IOException impossible) {
            throw new UncheckedIOException("memory does not fail to be written", impossible);
        }
        return bytes;
    }

    /** What a DELETE knows of its message. */
    private static EmailMessage nothing() {
        return EmailMessage.builder("-", Instant.EPOCH).mimeType("").build();
    }

    /** Contents that no attachment claims are not written, and must not be counted. */
    private static List<AttachmentContent> contents(EmailEvent event, EmailMessage email) {
        if (event.contents().isEmpty()) {
            return List.of();
        }
        return event.contents().stream()
                .filter(content -> email.attachments().stream()
                        .anyMatch(attachment -> attachment.id().equals(content.attachmentId())))
                .toList();
    }

    /** Both stand in the message twice. */
    private static int idCharacters(EmailEvent event) {
        return event.account().user().value().length() + event.messageId().length();
    }

    private long characters(EmailMessage email, Layout layout) {
        long characters = layout.body().length()
                + (long) layout.bodyText().length()
                + layout.bodyHtml().length()
                + email.threadId().length()
                + email.subject().length()
                + email.folder().length()
                + email.internetMessageId().length()
                + email.inReplyTo().length()
                + length(email.mimeType())
                + (email.from() == null ? 0 : email.from().address().length())
                + sourceService.length()
                + sourceVersion.length();
        for (Map.Entry<String, String> header : email.headers().entrySet()) {
            characters += header.getKey().length() + (long) header.getValue().length();
        }
        for (Attachment attachment : email.attachments()) {
            characters += attachment.id().length()
                    + (long) attachment.name().length()
                    + attachment.contentType().length()
                    + length(attachment.contentId());
        }
        for (OmittedContent content : layout.missing()) {
            characters += content.attachmentId().length();
        }
        return characters
                + addresses(email.to())
                + addresses(email.cc())
                + addresses(email.bcc())
                + addresses(email.replyTo())
                + texts(email.labels())
                + texts(email.references());
    }

    private static long addresses(List<EmailAddress> addresses) {
        long characters = 0;
        for (EmailAddress address : addresses) {
            characters += address.address().length();
        }
        return characters;
    }

    private static long texts(List<String> texts) {
        long characters = 0;
        for (String text : texts) {
            characters += text.length();
        }
        return characters;
    }

    private static long otherBytes(EmailMessage email, Layout layout) {
        long bytes = FIXED_BYTES
                + PER_ELEMENT_BYTES * (long) email.attachments().size()
                + (long) Omission.MAX_JSON_BYTES * layout.missing().size();
        long elements = (long) email.headers().size()
                + email.to().size()
                + email.cc().size()
                + email.bcc().size()
                + email.replyTo().size()
                + email.labels().size()
                + email.references().size();
        return bytes + 8 * elements;
    }

    private static long length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }
}
