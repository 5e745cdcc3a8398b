package dev.backfill.model;

import static java.util.Objects.requireNonNull;

import java.time.Instant;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One email as a provider gives it, decoded. Immutable and thread-safe. Its {@link #toString()} shows the id alone, so
 * that no log can hold mail.
 *
 * @param id the provider's message id, stable for the message's life in the mailbox (Graph: the immutable id); not empty
 * @param threadId the provider's conversation id; empty when there is none
 * @param subject the subject, decoded; empty when there is none
 * @param bodyText the plain text body; null when the message has none or the provider does not give it
 * @param bodyHtml the HTML body; null when the message has none or the provider does not give it
 * @param from the author; null when the message names none
 * @param to the To recipients, in order
 * @param cc the Cc recipients, in order
 * @param bcc the Bcc recipients, in order
 * @param replyTo the Reply-To addresses, in order
 * @param receivedAt when the mailbox received the message; never the present time in place of a missing one
 * @param sentAt when the message says it was sent; null when it does not say or says nonsense
 * @param modifiedAt the provider's own time of the last change; null where the provider has none
 * @param labels the provider's labels or categories, in its order
 * @param folder the path of the folder that holds the message; empty when the provider has labels only
 * @param read true if the user has read the message
 * @param starred true if the user has starred or flagged the message
 * @param importance the importance the sender gave
 * @param hasAttachments true if the message has at least one attachment
 * @param attachments what is known of the attachments, in order
 * @param sizeBytes the size of the message in bytes as the provider counts it; null when it does not say
 * @param mimeType the media type of the body that readers show first, for instance {@code text/html}; null when unknown
 * @param headers the headers by name, decoded, in order; values of a repeated header joined by a line feed
 * @param internetMessageId the Message-ID header as it stands, with angle brackets; empty when there is none
 * @param inReplyTo the In-Reply-To header as it stands; empty when there is none
 * @param references the message ids of the References header, in order
 * @param revision the provider's mark of this state of the message (Graph changeKey, Gmail historyId); empty where there is
 *     none
 * @param rawMime the whole MIME, or why it could not be had; null where it was not asked for, or does not come with the message and is
 *     opened by itself ({@link dev.backfill.spi.Mailbox#open})
 */
public record EmailMessage(
        String id,
        String threadId,
        String subject,
        @Nullable String bodyText,
        @Nullable String bodyHtml,
        @Nullable EmailAddress from,
        List<EmailAddress> to,
        List<EmailAddress> cc,
        List<EmailAddress> bcc,
        List<EmailAddress> replyTo,
        Instant receivedAt,
        @Nullable Instant sentAt,
        @Nullable Instant modifiedAt,
        List<String> labels,
        String folder,
        boolean read,
        boolean starred,
        Importance importance,
        boolean hasAttachments,
        List<Attachment> attachments,
        @Nullable Long sizeBytes,
        @Nullable String mimeType,
        Map<String, String> headers,
        String internetMessageId,
        String inReplyTo,
        List<String> references,
        String revision,
        @Nullable RawMime rawMime) {
    private static final int FIXED_OVERHEAD_BYTES = 1_024;
    private static final int PER_ELEMENT_BYTES = 96;

    /** Checks what must be present and copies the collections. */
    public EmailMessage {
        requireNonNull(id, "id");
        if (id.isEmpty()) {
            throw new IllegalArgumentException("id must not be empty");
        }
        requireNonNull(threadId, "threadId");
        requireNonNull(subject, "subject");
        to = List.copyOf(to);
        cc = List.copyOf(cc);
        bcc = List.copyOf(bcc);
        replyTo = List.copyOf(replyTo);
        requireNonNull(receivedAt, "receivedAt");
        labels = List.copyOf(labels);
        requireNonNull(folder, "folder");
        requireNonNull(importance, "importance");
        attachments = List.copyOf(attachments);
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        requireNonNull(internetMessageId, "internetMessageId");
        requireNonNull(inReplyTo, "inReplyTo");
        references = List.copyOf(references);
        requireNonNull(revision, "revision");
    }

    /**
     * Starts a builder.
     *
     * @param id the provider's message id, not empty
     * @param receivedAt when the mailbox received the message
     * @return a builder whose other fields are empty, false, null or {@link Importance#NORMAL}
     */
    public static Builder builder(String id, Instant receivedAt) {
        return new Builder(id, receivedAt);
    }

    /**
     * Gives the same message under other labels.
     *
     * @param value the labels
     * @return a changed copy
     */
    public EmailMessage withLabels(List<String> value) {
        return toBuilder().labels(value).build();
    }

    /**
     * Gives the same message with its MIME.
     *
     * @param value the MIME, or why it could not be had; null for none
     * @return a changed copy
     */
    public EmailMessage withRawMime(@Nullable RawMime value) {
        return toBuilder().rawMime(value).build();
    }

    /** {@return a builder that holds this message's values} */
    public Builder toBuilder() {
        Builder builder = new Builder(id, receivedAt);
        builder.threadId = threadId;
        builder.subject = subject;
        builder.bodyText = bodyText;
        builder.bodyHtml = bodyHtml;
        builder.from = from;
        builder.to = to;
        builder.cc = cc;
        builder.bcc = bcc;
        builder.replyTo = replyTo;
        builder.sentAt = sentAt;
        builder.modifiedAt = modifiedAt;
        builder.labels = labels;
        builder.folder = folder;
        builder.read = read;
        builder.starred = starred;
        builder.importance = importance;
        builder.hasAttachments = hasAttachments;
        builder.attachments = attachments;
        builder.sizeBytes = sizeBytes;
        builder.mimeType = mimeType;
        builder.headers = headers;
        builder.internetMessageId = internetMessageId;
        builder.inReplyTo = inReplyTo;
        builder.references = references;
        builder.revision = revision;
        builder.rawMime = rawMime;
        return builder;
    }

    /**
     * Estimates the heap this message holds, for memory budgets.
     *
     * @return bytes, at least a kilobyte; exact to the text, a guess for the rest
     */
    public long heapBytes() {
        long characters = subject.length() + length(bodyText) + length(bodyHtml);
        for (Map.Entry<String, String> header : headers.entrySet()) {
            characters += header.getKey().length() + header.getValue().length() + (long) PER_ELEMENT_BYTES / 2;
        }
        long elements = (long) to.size() + cc.size() + bcc.size() + replyTo.size() + labels.size() + references.size();
        byte[] mime = rawMime == null ? null : rawMime.bytes();
        return FIXED_OVERHEAD_BYTES
                + (mime == null ? 0 : mime.length)
                + 2 * characters
                + PER_ELEMENT_BYTES * (elements + 2L * attachments.size());
    }

    private static long length(@Nullable String text) {
        return text == null ? 0 : text.length();
    }

    /** {@return a text with the message id alone} */
    @Override
    public String toString() {
        return "EmailMessage[" + id + "]";
    }

    /** Collects the fields of a message. Not thread-safe; for one message only. */
    public static final class Builder {
        private final String id;
        private final Instant receivedAt;
        private String threadId = "";
        private String subject = "";
        private @Nullable String bodyText;
        private @Nullable String bodyHtml;
        private @Nullable EmailAddress from;
        private List<EmailAddress> to = List.of();
        private List<EmailAddress> cc = List.of();
        private List<EmailAddress> bcc = List.of();
        private List<EmailAddress> replyTo = List.of();
        private @Nullable Instant sentAt;
        private @Nullable Instant modifiedAt;
        private List<String> labels = List.of();
        private String folder = "";
        private boolean read;
        private boolean starred;
        private Importance importance = Importance.NORMAL;
        private boolean hasAttachments;
        private List<Attachment> attachments = List.of();
        private @Nullable Long sizeBytes;
        private @Nullable String mimeType;
        private Map<String, String> headers = Map.of();
        private String internetMessageId = "";
        private String inReplyTo = "";
        private List<String> references = List.of();
        private String revision = "";
        private @Nullable RawMime rawMime;

        private Builder(String id, Instant receivedAt) {
            this.id = requireNonNull(id, "id");
            this.receivedAt = requireNonNull(receivedAt, "receivedAt");
        }

        /**
         * Sets {@link EmailMessage#threadId()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder threadId(String value) {
            this.threadId = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#subject()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder subject(String value) {
            this.subject = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#bodyText()}.
         *
         * @param value the value, null when there is none
         * @return this builder
         */
        public Builder bodyText(@Nullable String value) {
            this.bodyText = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#bodyHtml()}.
         *
         * @param value the value, null when there is none
         * @return this builder
         */
        public Builder bodyHtml(@Nullable String value) {
            this.bodyHtml = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#from()}.
         *
         * @param value the value, null when there is none
         * @return this builder
         */
        public Builder from(@Nullable EmailAddress value) {
            this.from = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#to()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder to(List<EmailAddress> value) {
            this.to = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#cc()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder cc(List<EmailAddress> value) {
            this.cc = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#bcc()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder bcc(List<EmailAddress> value) {
            this.bcc = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#replyTo()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder replyTo(List<EmailAddress> value) {
            this.replyTo = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#sentAt()}.
         *
         * @param value the value, null when there is none
         * @return this builder
         */
        public Builder sentAt(@Nullable Instant value) {
            this.sentAt = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#modifiedAt()}.
         *
         * @param value the value, null when there is none
         * @return this builder
         */
        public Builder modifiedAt(@Nullable Instant value) {
            this.modifiedAt = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#labels()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder labels(List<String> value) {
            this.labels = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#folder()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder folder(String value) {
            this.folder = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#read()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder read(boolean value) {
            this.read = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#starred()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder starred(boolean value) {
            this.starred = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#importance()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder importance(Importance value) {
            this.importance = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#hasAttachments()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder hasAttachments(boolean value) {
            this.hasAttachments = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#attachments()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder attachments(List<Attachment> value) {
            this.attachments = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#sizeBytes()}.
         *
         * @param value the value, null when there is none
         * @return this builder
         */
        public Builder sizeBytes(@Nullable Long value) {
            this.sizeBytes = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#mimeType()}.
         *
         * @param value the value, null when there is none
         * @return this builder
         */
        public Builder mimeType(@Nullable String value) {
            this.mimeType = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#headers()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder headers(Map<String, String> value) {
            this.headers = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#internetMessageId()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder internetMessageId(String value) {
            this.internetMessageId = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#inReplyTo()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder inReplyTo(String value) {
            this.inReplyTo = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#references()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder references(List<String> value) {
            this.references = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#revision()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder revision(String value) {
            this.revision = value;
            return this;
        }

        /**
         * Sets {@link EmailMessage#rawMime()}.
         *
         * @param value the value
         * @return this builder
         */
        public Builder rawMime(@Nullable RawMime value) {
            this.rawMime = value;
            return this;
        }

        /** {@return the message} */
        public EmailMessage build() {
            return new EmailMessage(
                    id,
                    threadId,
                    subject,
                    bodyText,
                    bodyHtml,
                    from,
                    to,
                    cc,
                    bcc,
                    replyTo,
                    receivedAt,
                    sentAt,
                    modifiedAt,
                    labels,
                    folder,
                    read,
                    starred,
                    importance,
                    hasAttachments,
                    attachments,
                    sizeBytes,
                    mimeType,
                    headers,
                    internetMessageId,
                    inReplyTo,
                    references,
                    revision,
                    rawMime);
        }
    }
}
