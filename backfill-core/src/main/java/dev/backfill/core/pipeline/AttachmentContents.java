package dev.backfill.core.pipeline;

import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.Mailbox;
import dev.backfill.spi.OmittedContent;
import dev.backfill.spi.OmittedContent.Reason;
import dev.backfill.spi.SourceException;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fetches the content of small attachments where the job asks for it. An attachment that cannot be had is left out, which its
 * message says, and fails nothing but itself. Thread-safe.
 */
final class AttachmentContents {
    private static final Logger LOG = LoggerFactory.getLogger(AttachmentContents.class);

    private final @Nullable Mailbox mailbox;
    private final long maxBytes;
    private final long mostBytes;

    /**
     * @param mailbox where contents are read; null where the job does not ask for them
     * @param maxBytes the largest content of one attachment; 0 for none
     * @param mostBytes the most bytes of contents one message holds: what the sink would refuse need not be read
     */
    AttachmentContents(@Nullable Mailbox mailbox, long maxBytes, long mostBytes) {
        this.mailbox = mailbox;
        this.maxBytes = maxBytes;
        this.mostBytes = mostBytes;
    }

    /** The contents of one message that could be had, and the attachments without. */
    record Read(List<AttachmentContent> contents, List<OmittedContent> omitted) {
        static final Read NOTHING = new Read(List.of(), List.of());
    }

    Read of(EmailMessage email) {
        if (mailbox == null || email.attachments().isEmpty()) {
            return Read.NOTHING;
        }
        List<AttachmentContent> contents = new ArrayList<>();
        List<OmittedContent> omitted = new ArrayList<>();
        long left = mostBytes;
        for (Attachment attachment : email.attachments()) {
            Reason obstacle = obstacle(attachment, left);
            if (obstacle == null) {
                try {
                    byte[] bytes = read(mailbox, email.id(), attachment.id(), Math.min(maxBytes, left));
                    contents.add(new AttachmentContent(attachment.id(), bytes));
                    left -= bytes.length;
                    continue;
                } catch (SourceException error) {
                    obstacle = reasonOf(error, left);
                }
            }
            omitted.add(new OmittedContent(attachment.id(), attachment.sizeBytes(), obstacle));
        }
        return new Read(contents, omitted);
    }

    /** Why an attachment need not be asked for; null if it is. */
    private @Nullable Reason obstacle(Attachment attachment, long left) {
        Long size = attachment.sizeBytes();
        if (attachment.kind() == Attachment.Kind.REFERENCE) {
            return Reason.REFERENCE;
        }
        if (maxBytes == 0 || (size != null && size > maxBytes)) {
            return Reason.OVER_ATTACHMENT_LIMIT;
        }
        if (left == 0 || (size != null && size > left)) {
            return Reason.TOO_LARGE;
        }
        return attachment.id().isEmpty() ? Reason.UNAVAILABLE : null;
    }

    private static byte[] read(Mailbox from, String messageId, String attachmentId, long most) {
        try (InputStream stream = from.open(ContentRef.attachment(messageId, attachmentId), most)) {
            return stream.readAllBytes();
        } catch (IOException brokenOff) {
            throw SourceException.of(SourceException.Kind.RETRY, SourceException.Scope.MESSAGE, "BROKEN_OFF")
                    .cause(brokenOff)
                    .build("the content broke off");
        }
    }

    /** Why a content is left out that was asked for; throws what is no matter of one content. */
    private Reason reasonOf(SourceException error, long left) {
        switch (error.kind()) {
            case SKIP_MESSAGE, RETRY, RETRY_SMALLER -> LOG.debug("attachment left out: {}", error.code());
            default -> throw error;
        }
        if (!error.code().equals("TOO_LARGE")) {
            return Reason.UNAVAILABLE;
        }
        return left < maxBytes ? Reason.TOO_LARGE : Reason.OVER_ATTACHMENT_LIMIT;
    }
}
