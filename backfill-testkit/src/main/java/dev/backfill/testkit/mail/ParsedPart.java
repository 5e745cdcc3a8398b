package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * One node of a message's MIME tree, decoded. A {@code message/rfc822} part is a leaf whose content is the inner message's
 * MIME. Immutable and thread-safe; {@link #toString()} hides the content.
 *
 * @param headers the part's own header fields in order (of the root: the message's)
 * @param contentType the media type without parameters, lower case; the default where the part names none or nonsense:
 *     {@code text/plain}, inside {@code multipart/digest} {@code message/rfc822}
 * @param parameters the Content-Type's parameters, decoded, names in lower case, in order
 * @param disposition {@code inline} or {@code attachment}, as it stands in lower case; empty when there is none
 * @param fileName the decoded file name; empty when there is none
 * @param contentId the Content-ID without angle brackets; null when there is none
 * @param content the bytes after the transfer encoding is undone; empty for a multipart
 * @param children the parts of a multipart in order; empty for any other
 */
public record ParsedPart(
        List<MailHeader> headers,
        String contentType,
        Map<String, String> parameters,
        String disposition,
        String fileName,
        @Nullable String contentId,
        MailBytes content,
        List<ParsedPart> children) {
    /** Checks what must be present; the collections must be unmodifiable already or are copied. */
    public ParsedPart {
        headers = List.copyOf(headers);
        requireNonNull(contentType, "contentType");
        requireNonNull(parameters, "parameters");
        requireNonNull(disposition, "disposition");
        requireNonNull(fileName, "fileName");
        requireNonNull(content, "content");
        children = List.copyOf(children);
    }

    /** {@return true if this node holds other parts, or would hold them if it had any} */
    public boolean isMultipart() {
        return contentType.startsWith("multipart/");
    }

    /** {@return true if the media type is text of any kind} */
    public boolean isText() {
        return contentType.startsWith("text/");
    }

    /**
     * Finds the first header field with a name.
     *
     * @param name the name, any case
     * @return the field, or empty
     */
    public Optional<MailHeader> header(String name) {
        return headers.stream().filter(header -> header.is(name)).findFirst();
    }

    /**
     * Decodes the content by the part's charset, or by a guess where that is missing, unknown or plainly wrong; see
     * {@link ParsedMail}.
     *
     * @return the text, line ends as they stand
     */
    public String text() {
        return TextDecoder.decode(content, parameters.get("charset"));
    }

    /** {@return a text that hides the content} */
    @Override
    public String toString() {
        return "ParsedPart[" + contentType + ", " + content.size() + " bytes, " + children.size() + " children]";
    }
}
