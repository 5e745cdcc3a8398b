package dev.backfill.core.pipeline;

import dev.backfill.core.pipeline.AttachmentContents.Limits;
import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.OmittedContent;
import dev.backfill.spi.OmittedContent.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The contents of one message: which are to be asked for, which came, and why others did not. They are asked for in waves, none
 * of which can exceed what the message may hold, whatever the sizes of its attachments are in truth. Confined to one thread.
 */
final class MessageContents {
    /** A content to ask for: the attachment's place in its message, and the most bytes to take. */
    record Ask(MessageContents of, int index, long limit) {
        String messageId() {
            return of.email.id();
        }

        String attachmentId() {
            return of.email.attachments().get(index).id();
        }
    }

    private final EmailMessage email;
    private final Limits limits;
    private final boolean trusting;
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private final @Nullable AttachmentContent[] contents;
    private final @Nullable Reason[] reasons;
    private long left;
    private boolean deceived;

    /**
     * @param email the message
     * @param limits what it may hold
     * @param trusting true to take no more bytes of a file than its size as the provider gives it
     */
    MessageContents(EmailMessage email, Limits limits, boolean trusting) {
        this.email = email;
        this.limits = limits;
        this.trusting = trusting;
        this.left = limits.ofMessage();
        this.contents = new AttachmentContent[email.attachments().size()];
        this.reasons = new Reason[contents.length];
        for (int i = 0; i < contents.length; i++) {
            reasons[i] = obstacle(email.attachments().get(i));
            if (reasons[i] == null) {
                waiting.add(i);
            }
        }
    }

    /** Why an attachment need not be asked for, whatever the others take; null if it is to be. */
    private @Nullable Reason obstacle(Attachment attachment) {
        if (attachment.kind() == Attachment.Kind.REFERENCE) {
            return Reason.REFERENCE;
        }
        if (limits.ofAttachment() == 0 || atLeast(attachment) > limits.ofAttachment()) {
            return Reason.OVER_ATTACHMENT_LIMIT;
        }
        if (atLeast(attachment) > limits.ofMessage()) {
            return Reason.TOO_LARGE;
        }
        return attachment.id().isEmpty() ? Reason.UNAVAILABLE : null;
    }

    private static long atLeast(Attachment attachment) {
        Long size = attachment.sizeBytes();
        return size == null ? 0 : size;
    }

    /** The size of a message in a message is that of its parts; its MIME may be longer. */
    private boolean isSizeKnown(Attachment attachment) {
        return trusting && attachment.sizeBytes() != null && attachment.kind() == Attachment.Kind.FILE;
    }

    private long limit(Attachment attachment) {
        return isSizeKnown(attachment) ? Math.max(1, atLeast(attachment)) : limits.ofAttachment();
    }

    /** How many contents are still to be asked for. */
    int waiting() {
        return waiting.size();
    }

    /** How many bytes of contents it will hold at the most. */
    long mostBytes() {
        long bytes = 0;
        for (int index : waiting) {
            bytes += limit(email.attachments().get(index));
        }
        return Math.min(bytes, limits.ofMessage());
    }

    /** What to ask for next, all at once; empty when nothing is left. To be called again when all is answered. */
    List<Ask> nextWave() {
        List<Ask> wave = new ArrayList<>();
        long free = left;
        while (!waiting.isEmpty()) {
            int index = waiting.getFirst();
            Attachment attachment = email.attachments().get(index);
            if (left < Math.max(1, atLeast(attachment))) {
                reasons[index] = Reason.TOO_LARGE;
                waiting.removeFirst();
                continue;
            }
            long limit = limit(attachment);
            if (limit > free) {
                if (!wave.isEmpty()) {
                    break;
                }
                limit = free;
            }
            waiting.removeFirst();
            wave.add(new Ask(this, index, limit));
            free -= limit;
        }
        return wave;
    }

    /** Hears that a content came. */
    void came(Ask ask, byte[] bytes) {
        contents[ask.index()] = new AttachmentContent(ask.attachmentId(), bytes);
        left -= bytes.length;
    }

    /** Hears that a content is longer than what was to be taken of it. */
    void tooLong(Ask ask) {
        if (ask.limit() >= limits.ofAttachment()) {
            reasons[ask.index()] = Reason.OVER_ATTACHMENT_LIMIT;
        } else if (isSizeKnown(email.attachments().get(ask.index()))) {
            deceived = true;
        } else {
            reasons[ask.index()] = Reason.TOO_LARGE;
        }
    }

    /** Hears that a content cannot be had. */
    void unavailable(Ask ask) {
        reasons[ask.index()] = Reason.UNAVAILABLE;
    }

    /** True if a content is longer than its attachment says, so that all must be asked for once more without trust. */
    boolean isDeceived() {
        return deceived;
    }

    /** The contents that came, in the attachments' order. */
    List<AttachmentContent> contents() {
        List<AttachmentContent> came = new ArrayList<>();
        for (AttachmentContent content : contents) {
            if (content != null) {
                came.add(content);
            }
        }
        return came;
    }

    /** The attachments without their content, in their order. */
    List<OmittedContent> omitted() {
        List<OmittedContent> omitted = new ArrayList<>();
        for (int i = 0; i < reasons.length; i++) {
            Reason reason = reasons[i];
            if (reason != null) {
                Attachment attachment = email.attachments().get(i);
                omitted.add(new OmittedContent(attachment.id(), attachment.sizeBytes(), reason));
            }
        }
        return omitted;
    }
}
