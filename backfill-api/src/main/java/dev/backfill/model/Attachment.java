package dev.backfill.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What is known of an attachment without its content. Immutable and thread-safe.
 *
 * @param id the provider's attachment id, valid together with the message's id; may be empty when the provider gives none
 * @param name the file name, decoded; empty when there is none
 * @param contentType the media type without parameters, in lower case, for instance {@code application/pdf}; empty when
 *     unknown
 * @param sizeBytes the size in bytes as the provider gives it, 0 or more; null when it does not say
 * @param inline true if the attachment is shown inside the body
 * @param contentId the Content-ID without angle brackets; null when there is none
 * @param kind what sort of thing is attached
 */
public record Attachment(
        String id,
        String name,
        String contentType,
        @Nullable Long sizeBytes,
        boolean inline,
        @Nullable String contentId,
        Kind kind) {
    /** What sort of thing is attached. */
    public enum Kind {
        /** A file whose bytes can be had. */
        FILE,
        /** Another message or item, whose bytes are its MIME. */
        ITEM,
        /** A link to something stored elsewhere; it has no bytes. */
        REFERENCE
    }

    /** Checks what must be present. */
    public Attachment {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(contentType, "contentType");
        requireNonNull(kind, "kind");
        if (sizeBytes != null && sizeBytes < 0) {
            throw new IllegalArgumentException("sizeBytes must be 0 or more, was " + sizeBytes);
        }
    }

    /** {@return a text that hides the file name} */
    @Override
    public String toString() {
        return "Attachment[" + kind + ", " + sizeBytes + " bytes]";
    }
}
