package dev.backfill.provider.gmail;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One part of a message's MIME tree, as Gmail's parsed format gives it: the transfer encoding undone, the headers unfolded.
 * Not thread-safe while it is filled by {@link MessageJson} or {@link RawMessage}, read only afterwards.
 */
final class GmailPart {
    /** One header field; the value may or may not hold encoded words, Google does not say. */
    record Header(String name, String value) {}

    private final String partId;
    private final String mimeType;
    private final String fileName;
    private final List<Header> headers;
    private final long size;
    private final @Nullable String attachmentId;
    private final List<GmailPart> parts;
    private byte @Nullable [] data;

    GmailPart(
            String partId,
            String mimeType,
            String fileName,
            List<Header> headers,
            long size,
            @Nullable String attachmentId,
            byte @Nullable [] data,
            List<GmailPart> parts) {
        this.partId = partId;
        this.mimeType = mimeType;
        this.fileName = fileName;
        this.headers = headers;
        this.size = size;
        this.attachmentId = attachmentId;
        this.data = data;
        this.parts = parts;
    }

    /** The part's place in the tree, the same in every answer; empty for the root. */
    String partId() {
        return partId;
    }

    /** The media type in lower case, as the server gives it; may be empty. */
    String mimeType() {
        return mimeType;
    }

    /** The file name as the server gives it; empty when there is none. */
    String fileName() {
        return fileName;
    }

    List<Header> headers() {
        return headers;
    }

    /** The first header with a name, whatever its case; empty when there is none. */
    String header(String name) {
        for (Header header : headers) {
            if (header.name().equalsIgnoreCase(name)) {
                return header.value();
            }
        }
        return "";
    }

    /** The size of the decoded content in bytes. */
    long size() {
        return size;
    }

    /** Where the content can be had by itself; changes from answer to answer. Null when the content is in the answer. */
    @Nullable
    String attachmentId() {
        return attachmentId;
    }

    /** The decoded content; null when it is not in the answer or nobody needs it. */
    byte @Nullable [] data() {
        return data;
    }

    /** Hands in content that was fetched by itself. */
    void fill(byte[] content) {
        this.data = content;
    }

    List<GmailPart> parts() {
        return parts;
    }

    boolean isMultipart() {
        return mimeType.startsWith("multipart/");
    }

    boolean isText() {
        return mimeType.startsWith("text/");
    }
}
