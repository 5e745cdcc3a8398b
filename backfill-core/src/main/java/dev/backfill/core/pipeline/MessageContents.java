package dev.backfill.core.pipeline;

import dev.backfill.core.pipeline.RunContents.Asked;
import dev.backfill.core.pipeline.RunContents.Limits;
import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.RawMime;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.ContentRef;
import dev.backfill.spi.OmittedContent;
import dev.backfill.spi.OmittedContent.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The contents of one message: which are to be asked for, which came, and why others did not. They are asked for in waves, none
 * of which can exceed what the message may hold, whatever the sizes of its attachments are in truth. The MIME of the whole message
 * is the last of them: it is the first to be left out where the sink has no room for all. Confined to one thread.
 */
final class MessageContents {
    /** The longest MIME that is read, whatever a sink takes: as much as of the largest attachment. */
    private static final long MAX_MIME_BYTES = 64L << 20;

    /** What a MIME has beyond its texts and attachments: header fields of all its hops, signatures, borders. */
    private static final long MIME_FRAME_BYTES = 32L << 10;

    /** A text comes twice, as plain text and as HTML made of it, and a character may take six bytes of quoted-printable. */
    private static final long MIME_BYTES_PER_CHARACTER = 6;

    /** A content to ask for: its place in its message, behind the attachments for the MIME, and the most bytes to take. */
    record Ask(MessageContents of, int index, long limit) {
        ContentRef ref() {
            String messageId = of.email.id();
            return of.isMime(index)
                    ? ContentRef.mime(messageId)
                    : ContentRef.attachment(
                            messageId, of.email.attachments().get(index).id());
        }
    }

    private final EmailMessage email;
    private final Limits limits;
    private final boolean trusting;
    private final Deque<Integer> waiting = new ArrayDeque<>();
    private final @Nullable AttachmentContent[] contents;
    private final @Nullable Reason[] reasons;
    private @Nullable RawMime mime;
    private long left;
    private boolean deceived;

    /**
     * @param email the message
     * @param asked what is to be fetched of it
     * @param limits what it may hold
     * @param trusting true to take no more bytes of a file than its size as the provider gives it
     */
    MessageContents(EmailMessage email, Asked asked, Limits limits, boolean trusting) {
        this.email = email;
        this.limits = limits;
        this.trusting = trusting;
        this.left = limits.ofMessage();
        this.contents =
                new AttachmentContent[asked.attachments() ? email.attachments().size() : 0];
        this.reasons = new Reason[contents.length];
        for (int i = 0; i < contents.length; i++) {
            reasons[i] = obstacle(email.attachments().get(i));
            if (reasons[i] == null) {
                waiting.add(i);
            }
        }
        if (asked.rawMime() && email.rawMime() == null) {
            waiting.add(email.attachments().size());
        }
    }

    private boolean isMime(int index) {
        return index == email.attachments().size();
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

    private long atLeast(int index) {
        return isMime(index) ? 0 : atLeast(email.attachments().get(index));
    }

    /** The most bytes that a content is taken for, until it proves longer; null where nobody can tell. */
    private @Nullable Long expected(int index) {
        if (!trusting) {
            return null;
        }
        if (isMime(index)) {
            return expectedMime();
        }
        Attachment attachment = email.attachments().get(index);
        // The size of a message in a message is that of its parts; its MIME may be longer.
        return attachment.sizeBytes() == null || attachment.kind() != Attachment.Kind.FILE
                ? null
                : Long.valueOf(Math.max(1, atLeast(attachment)));
    }

    private @Nullable Long expectedMime() {
        long bytes = email.sizeBytes() == null ? 0 : email.sizeBytes();
        long texts = MIME_BYTES_PER_CHARACTER * ((long) length(email.bodyText()) + length(email.bodyHtml()));
        for (Attachment attachment : email.attachments()) {
            if (attachment.sizeBytes() == null) {
                return null;
            }
            // Base64, in lines
            texts += attachment.sizeBytes() / 2 * 3;
        }
        return Math.min(most(email.attachments().size()), MIME_FRAME_BYTES + Math.max(bytes / 2 * 3, texts));
    }

    private static int length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    private long most(int index) {
        return isMime(index) ? Math.min(MAX_MIME_BYTES, limits.ofMessage()) : limits.ofAttachment();
    }

    private long limit(int index) {
        Long expected = expected(index);
        return expected == null ? most(index) : expected;
    }

    /** How many contents are still to be asked for. */
    int waiting() {
        return waiting.size();
    }

    /** How many bytes of contents it will hold at the most. */
    long mostBytes() {
        long bytes = 0;
        for (int index : waiting) {
            bytes += limit(index);
        }
        return Math.min(bytes, limits.ofMessage());
    }

    /** What to ask for next, all at once; empty when nothing is left. To be called again when all is answered. */
    List<Ask> nextWave() {
        List<Ask> wave = new ArrayList<>();
        long free = left;
        while (!waiting.isEmpty()) {
            int index = waiting.getFirst();
            if (left < Math.max(1, atLeast(index))) {
                waiting.removeFirst();
                isMissing(index, Reason.TOO_LARGE);
                continue;
            }
            long limit = limit(index);
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
        if (isMime(ask.index())) {
            mime = RawMime.of(bytes);
        } else {
            String attachmentId = email.attachments().get(ask.index()).id();
            contents[ask.index()] = new AttachmentContent(attachmentId, bytes);
        }
        left -= bytes.length;
    }

    /** Hears that a content is longer than what was to be taken of it. */
    void tooLong(Ask ask) {
        Long expected = expected(ask.index());
        if (ask.limit() >= most(ask.index())) {
            isMissing(ask.index(), Reason.OVER_ATTACHMENT_LIMIT);
        } else if (expected != null && ask.limit() >= expected) {
            deceived = true;
        } else {
            isMissing(ask.index(), Reason.TOO_LARGE);
        }
    }

    /** Hears that a content cannot be had. */
    void unavailable(Ask ask) {
        isMissing(ask.index(), Reason.UNAVAILABLE);
    }

    private void isMissing(int index, Reason reason) {
        if (isMime(index)) {
            mime = RawMime.missing(
                    reason == Reason.UNAVAILABLE ? RawMime.Missing.UNAVAILABLE : RawMime.Missing.TOO_LARGE);
        } else {
            reasons[index] = reason;
        }
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

    /** The MIME, or why it did not come; null where it was not asked for, or came with its message. */
    @Nullable
    RawMime rawMime() {
        return mime;
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
