package dev.backfill.core.pipeline;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the content of small attachments where the job asks for it. An attachment that cannot be had is left out and fails
 * nothing but itself. Thread-safe.
 */
final class AttachmentContents {
    private static final Logger LOG = LoggerFactory.getLogger(AttachmentContents.class);

    private final @Nullable Mailbox mailbox;
    private final long maxBytes;
    private final long mostBytes;

    /**
     * @param mailbox where contents are read; null where the job does not ask for them
     * @param maxBytes the largest content of one attachment
     * @param mostBytes the most bytes of contents one message holds: what the sink would refuse need not be read
     */
    AttachmentContents(@Nullable Mailbox mailbox, long maxBytes, long mostBytes) {
        this.mailbox = maxBytes > 0 ? mailbox : null;
        this.maxBytes = maxBytes;
        this.mostBytes = mostBytes;
    }

    List<AttachmentContent> of(EmailMessage email) {
        if (mailbox == null || email.attachments().isEmpty()) {
            return List.of();
        }
        List<AttachmentContent> contents = new ArrayList<>();
        long left = mostBytes;
        for (Attachment attachment : email.attachments()) {
            Long size = attachment.sizeBytes();
            boolean wanted = attachment.kind() != Attachment.Kind.REFERENCE
                    && !attachment.id().isEmpty()
                    && (size == null ? left >= maxBytes : size <= Math.min(maxBytes, left));
            AttachmentContent content = wanted ? read(mailbox, email.id(), attachment.id()) : null;
            if (content != null) {
                contents.add(content);
                left -= content.bytes().length;
            }
        }
        return contents;
    }

    private @Nullable AttachmentContent read(Mailbox from, String messageId, String attachmentId) {
        try (InputStream stream = from.open(ContentRef.attachment(messageId, attachmentId), maxBytes)) {
            return new AttachmentContent(attachmentId, stream.readAllBytes());
        } catch (SourceException error) {
            switch (error.kind()) {
                case SKIP_MESSAGE, RETRY, RETRY_SMALLER -> LOG.debug("attachment left out: {}", error.code());
                default -> throw error;
            }
        } catch (IOException brokenOff) {
            LOG.debug("attachment left out: its content broke off");
        }
        return null;
    }
}
