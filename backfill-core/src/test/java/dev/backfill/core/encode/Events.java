package dev.backfill.core.encode;

import dev.backfill.api.AccountRef;
import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.model.Attachment;
import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.Importance;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.EmailEvent.Change;
import dev.backfill.spi.EmailEvent.SyncType;
import dev.backfill.spi.OmittedContent;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkLimits;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Events for tests. */
final class Events {
    static final String USER = "mara@example.org";
    static final String MESSAGE_ID = "AAMkAGI2TG93AAA=";
    static final JobId JOB = new JobId("backfill_0123456789abcdef_20260131_235959_0a1b2c3d");
    static final Instant RECEIVED = Instant.parse("2020-02-29T23:59:59Z");
    static final Instant SENT = Instant.parse("2020-02-29T23:59:50Z");
    static final Instant MODIFIED = Instant.parse("2021-03-01T00:00:00.5Z");
    static final Instant AT = Instant.parse("2026-01-31T23:59:59.123456Z");
    static final SinkLimits PUBSUB = new SinkLimits(10_000_000, 100, 256, 1_024);
    static final JsonEventEncoder ENCODER = new JsonEventEncoder("office-service", "1.2.3", false);

    private Events() {}

    static EmailMessage.Builder email() {
        Map<String, String> headers = new LinkedHashMap<>();
        headers.put("Message-ID", "<m1@example.org>");
        headers.put("From", "Alice Á. <alice@example.org>");
        return EmailMessage.builder(MESSAGE_ID, RECEIVED)
                .threadId("thread-1")
                .subject("Grüße \"quoted\" \\ \uD83D\uDE00")
                .bodyText("plain\r\ntext")
                .bodyHtml("<p>html</p>")
                .from(new EmailAddress("Alice Á.", "alice@example.org"))
                .to(List.of(new EmailAddress("Bob", "bob@example.org"), EmailAddress.of("carol@example.org")))
                .cc(List.of(EmailAddress.of("dave@example.org")))
                .bcc(List.of(EmailAddress.of("eve@example.org")))
                .replyTo(List.of(EmailAddress.of("reply@example.org")))
                .sentAt(SENT)
                .modifiedAt(MODIFIED)
                .labels(List.of("inbox", "blue"))
                .folder("Inbox/Projects")
                .read(true)
                .starred(true)
                .importance(Importance.HIGH)
                .hasAttachments(true)
                .attachments(List.of(
                        new Attachment("att-1", "a.pdf", "application/pdf", 3L, false, null, Attachment.Kind.FILE),
                        new Attachment("att-2", "b.png", "image/png", null, true, "cid-1", Attachment.Kind.FILE)))
                .sizeBytes(12_345L)
                .mimeType("text/html")
                .headers(headers)
                .internetMessageId("<m1@example.org>")
                .inReplyTo("<m0@example.org>")
                .references(List.of("<r1@example.org>", "<m0@example.org>"))
                .revision("CQAAA");
    }

    static EmailMessage.Builder bare() {
        return EmailMessage.builder(MESSAGE_ID, RECEIVED);
    }

    static EmailEvent created(EmailMessage email, AttachmentContent... contents) {
        return event(Change.CREATE, SyncType.BACKFILL, email, contents);
    }

    static EmailEvent event(Change change, SyncType type, EmailMessage email, AttachmentContent... contents) {
        return event(change, type, email, List.of(contents), List.of());
    }

    /** A message without some of the contents that were asked for. */
    static EmailEvent without(List<OmittedContent> omitted, EmailMessage email, AttachmentContent... contents) {
        return event(Change.CREATE, SyncType.BACKFILL, email, List.of(contents), omitted);
    }

    private static EmailEvent event(
            Change change,
            SyncType type,
            EmailMessage email,
            List<AttachmentContent> contents,
            List<OmittedContent> omitted) {
        return new EmailEvent(
                change,
                type,
                new AccountRef(UserId.of(USER), "microsoft", "me"),
                "mailbox-7",
                JOB,
                MESSAGE_ID,
                "CQAAA",
                email,
                contents,
                omitted,
                AT);
    }

    static SinkLimits maxBytes(long bytes) {
        return new SinkLimits(bytes, 100, 256, 1_024);
    }

    static OutboundMessage encode(EmailEvent event) {
        return ENCODER.encode(event, PUBSUB);
    }

    static String text(OutboundMessage message) {
        return new String(message.data(), StandardCharsets.UTF_8);
    }

    /** What the attributes take of a sink's room, counted by the platform. */
    static long attributeBytes(OutboundMessage message) {
        long bytes = 0;
        for (Map.Entry<String, String> attribute : message.attributes().entrySet()) {
            bytes += attribute.getKey().getBytes(StandardCharsets.UTF_8).length;
            bytes += attribute.getValue().getBytes(StandardCharsets.UTF_8).length;
        }
        return bytes;
    }

    static Map<String, Object> tree(OutboundMessage message) {
        return JsonTree.read(message.data());
    }

    static Map<String, Object> email(OutboundMessage message) {
        return child(tree(message), "email");
    }

    @SuppressWarnings("unchecked")
    static Map<String, Object> child(Map<String, Object> tree, String name) {
        return (Map<String, Object>) tree.get(name);
    }

    @SuppressWarnings("unchecked")
    static List<Map<String, Object>> list(Map<String, Object> tree, String name) {
        return (List<Map<String, Object>>) tree.get(name);
    }
}
