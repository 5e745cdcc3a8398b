package dev.backfill.provider.gmail;

import dev.backfill.model.EmailAddress;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.Importance;
import dev.backfill.model.RawMime;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Makes the model of a message from Gmail's answer. Stateless and thread-safe. */
final class MessageMapper {
    private MessageMapper() {}

    /**
     * Decodes a message whose large bodies are filled in.
     *
     * @param message the answer
     * @param labels the mailbox's labels, for the names of the user's own
     */
    static EmailMessage map(GmailMessage message, Labels labels) {
        GmailPart payload = message.payload();
        GmailPart root =
                payload == null ? new GmailPart("", "text/plain", "", List.of(), 0, null, null, List.of()) : payload;
        Bodies bodies = Bodies.of(payload);
        String html = bodies.html();
        String text = bodies.text();
        Instant sentAt = MailDates.parse(root.header("Date"));
        List<EmailAddress> from = Addresses.parse(root.header("From"));
        return EmailMessage.builder(message.id(), receivedAt(message, sentAt))
                .threadId(message.threadId())
                .subject(HeaderText.shown(root.header("Subject")))
                .bodyText(text)
                .bodyHtml(html)
                .from(from.isEmpty() ? null : from.get(0))
                .to(addresses(root, "To"))
                .cc(addresses(root, "Cc"))
                .bcc(addresses(root, "Bcc"))
                .replyTo(addresses(root, "Reply-To"))
                .sentAt(sentAt)
                .labels(labels.shown(message.labelIds()))
                .read(!message.has(Labels.UNREAD))
                .starred(message.has(Labels.STARRED))
                .importance(importance(root))
                .hasAttachments(!bodies.attachments().isEmpty())
                .attachments(bodies.attachments())
                .sizeBytes(message.sizeEstimate())
                .mimeType(html != null ? "text/html" : text != null ? "text/plain" : null)
                .headers(HeaderFields.shown(root.headers()))
                .internetMessageId(HeaderText.unfolded(root.header("Message-ID")))
                .inReplyTo(HeaderText.unfolded(root.header("In-Reply-To")))
                .references(HeaderFields.messageIds(root.header("References")))
                .revision(message.historyId())
                .rawMime(message.raw() == null ? null : RawMime.of(message.raw().bytes()))
                .build();
    }

    /** The mailbox's own date; where a server leaves it out, the sender's, and never the present. */
    private static Instant receivedAt(GmailMessage message, @Nullable Instant sentAt) {
        if (message.internalDate() != null) {
            return message.internalDate();
        }
        return sentAt == null ? Instant.EPOCH : sentAt;
    }

    private static List<EmailAddress> addresses(GmailPart root, String name) {
        List<EmailAddress> all = new ArrayList<>();
        for (GmailPart.Header header : root.headers()) {
            if (header.name().equalsIgnoreCase(name)) {
                all.addAll(Addresses.parse(header.value()));
            }
        }
        return all;
    }

    /** What the sender says; Gmail's own label IMPORTANT is a guess about the reader and counts for nothing here. */
    private static Importance importance(GmailPart root) {
        String word = HeaderText.unfolded(root.header("Importance")).toLowerCase(Locale.ROOT);
        String number = word.isEmpty() ? HeaderFields.firstWord(root.header("X-Priority")) : "";
        return switch (number.isEmpty() ? word : number) {
            case "high", "1", "2" -> Importance.HIGH;
            case "low", "4", "5" -> Importance.LOW;
            default -> Importance.NORMAL;
        };
    }
}
