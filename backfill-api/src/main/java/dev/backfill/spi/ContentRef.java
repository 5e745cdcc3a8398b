package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * Names bytes of a message that are fetched by themselves. Immutable and thread-safe.
 *
 * @param messageId the provider's message id
 * @param attachmentId the provider's attachment id; null for the raw message (RFC 5322)
 */
public record ContentRef(String messageId, @Nullable String attachmentId) {
    /** Checks what must be present. */
    public ContentRef {
        requireNonNull(messageId, "messageId");
    }

    /**
     * Names an attachment's content.
     *
     * @param messageId the message
     * @param attachmentId the attachment
     * @return the reference
     */
    public static ContentRef attachment(String messageId, String attachmentId) {
        return new ContentRef(messageId, requireNonNull(attachmentId, "attachmentId"));
    }

    /**
     * Names the raw message.
     *
     * @param messageId the message
     * @return the reference
     */
    public static ContentRef mime(String messageId) {
        return new ContentRef(messageId, null);
    }
}
