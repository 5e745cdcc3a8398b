package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * An attachment whose content was asked for and is not published. Immutable and thread-safe.
 *
 * @param attachmentId the attachment's id within its message; empty where the provider gives none
 * @param sizeBytes its size as the provider gives it, 0 or more; null when it does not say
 * @param reason why it is left out
 */
public record OmittedContent(String attachmentId, @Nullable Long sizeBytes, Reason reason) {
    /** Why a content is left out. The names are part of the published message. */
    public enum Reason {
        /** It is larger than what the engine is configured to read of one attachment. */
        OVER_ATTACHMENT_LIMIT,
        /** With the message's other contents it is larger than what the sink takes in one message. */
        TOO_LARGE,
        /** The provider did not give it, however often it was asked. */
        UNAVAILABLE,
        /** It is a link to something stored elsewhere, which has no bytes of its own. */
        REFERENCE
    }

    /** Checks what must be present. */
    public OmittedContent {
        requireNonNull(attachmentId, "attachmentId");
        requireNonNull(reason, "reason");
        if (sizeBytes != null && sizeBytes < 0) {
            throw new IllegalArgumentException("sizeBytes must be 0 or more, was " + sizeBytes);
        }
    }
}
