package dev.backfill.provider.gmail;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.Attachment;
import dev.backfill.spi.ApiCalls;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.SourceException;
import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * Opens attachments and raw messages. Gmail names an attachment anew in each answer, so ours is the part's place in the
 * message, which never changes; what Gmail called it last is remembered for the attachments seen last, and else asked again.
 * Of messages read as their MIME the contents came with them and wait here ({@link HeldContents}). Thread-safe.
 */
final class Contents implements MessageFetcher.AttachmentIds {
    private static final int MAX_REMEMBERED = 2_000;

    private final GmailClient client;
    private final ApiCalls calls;
    private final Prices prices;
    private final boolean raw;
    private final HeldContents held = new HeldContents();
    private final Map<ContentRef, String> attachmentIds = Collections.synchronizedMap(new LinkedHashMap<>() {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<ContentRef, String> eldest) {
            return size() > MAX_REMEMBERED;
        }
    });

    /**
     * @param raw true if a content that is not known is read from its message's MIME
     */
    Contents(GmailClient client, ApiCalls calls, Prices prices, boolean raw) {
        this.client = client;
        this.calls = calls;
        this.prices = prices;
        this.raw = raw;
    }

    @Override
    public long remember(GmailMessage message, List<Attachment> attachments, boolean contents) {
        if (attachments.isEmpty()) {
            return 0;
        }
        long bytes = 0;
        List<GmailPart> parts = Bodies.of(message.payload()).attachedParts();
        for (int i = 0; i < parts.size(); i++) {
            ContentRef ref =
                    ContentRef.attachment(message.id(), attachments.get(i).id());
            String attachmentId = parts.get(i).attachmentId();
            byte[] content = parts.get(i).data();
            if (attachmentId != null) {
                attachmentIds.put(ref, attachmentId);
            } else if (contents && content != null && held.hold(ref, content)) {
                bytes += content.length;
            }
        }
        return bytes;
    }

    InputStream open(ContentRef ref, long maxBytes) {
        byte[] content = content(ref, maxBytes);
        if (content.length > maxBytes) {
            throw tooLarge();
        }
        return new ByteArrayInputStream(content);
    }

    private byte[] content(ContentRef ref, long maxBytes) {
        if (ref.attachmentId() == null) {
            return mime(ref);
        }
        byte[] came = held.take(ref);
        if (came != null) {
            return came;
        }
        return raw ? ofMime(ref) : attachment(ref, maxBytes);
    }

    private byte[] mime(ContentRef ref) {
        GmailMessage message = calls.call(prices.get(), () -> client.raw(ref.messageId()));
        return requireNonNull(message.raw()).bytes();
    }

    /** A content that comes with its message. */
    private byte[] ofMime(ContentRef ref) {
        byte[] mime = mime(ref);
        GmailPart part = MessageFetcher.readable(
                () -> Bodies.of(RawMessage.parse(mime)).attachedPart(String.valueOf(ref.attachmentId())));
        byte[] again = part == null ? null : part.data();
        if (again == null) {
            throw missing("NO_SUCH_ATTACHMENT");
        }
        return again;
    }

    private byte[] attachment(ContentRef ref, long maxBytes) {
        String remembered = attachmentIds.get(ref);
        if (remembered != null) {
            try {
                return content(ref, remembered);
            } catch (SourceException refused) {
                if (refused.kind() != SourceException.Kind.SKIP_MESSAGE) {
                    throw refused;
                }
                attachmentIds.remove(ref);
            }
        }
        GmailMessage message = calls.call(prices.get(), () -> client.withContents(ref.messageId()));
        GmailPart part = Bodies.of(message.payload()).attachedPart(String.valueOf(ref.attachmentId()));
        if (part == null) {
            throw missing("NO_SUCH_ATTACHMENT");
        }
        if (part.size() > maxBytes) {
            throw tooLarge();
        }
        byte[] data = part.data();
        if (part.attachmentId() != null && (data == null || data.length == 0)) {
            return content(ref, part.attachmentId());
        }
        return data == null ? new byte[0] : data;
    }

    private byte[] content(ContentRef ref, String attachmentId) {
        return calls.call(prices.attachment(), () -> client.openedAttachment(ref.messageId(), attachmentId));
    }

    private static SourceException missing(String code) {
        return SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, code)
                .build("the message has no such content: " + code);
    }

    private static SourceException tooLarge() {
        return SourceException.of(SourceException.Kind.SKIP_MESSAGE, SourceException.Scope.MESSAGE, "TOO_LARGE")
                .build("the content is larger than what may be read");
    }

    /** Forgets what it remembered. */
    void clear() {
        attachmentIds.clear();
        held.clear();
    }
}
