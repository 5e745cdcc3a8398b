package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * What a message carries beside its bodies: a file, a picture shown inside the HTML, a forwarded message. Immutable and
 * thread-safe; {@link #toString()} hides the name.
 *
 * @param name the file name, decoded; empty when there is none
 * @param contentType the media type without parameters, lower case, for instance {@code image/png}
 * @param inline true if the part is shown inside the body: its disposition is inline, or it has none but has a Content-ID
 * @param contentId the Content-ID without angle brackets; null when there is none
 * @param content the decoded bytes; for {@code message/rfc822} the inner message's MIME
 */
public record MailAttachment(
        String name,
        String contentType,
        boolean inline,
        @Nullable String contentId,
        MailBytes content) {
    /** Checks what must be present. */
    public MailAttachment {
        requireNonNull(name, "name");
        requireNonNull(contentType, "contentType");
        requireNonNull(content, "content");
    }

    /** {@return the size of the decoded content in bytes} */
    public int sizeBytes() {
        return content.size();
    }

    /** {@return true if this is a message inside the message, whose content {@link ParsedMail#parse} reads} */
    public boolean isMessage() {
        return contentType.equals("message/rfc822") || contentType.equals("message/global");
    }

    /** {@return a text that hides the name} */
    @Override
    public String toString() {
        return "MailAttachment[" + contentType + ", " + content.size() + " bytes]";
    }
}
