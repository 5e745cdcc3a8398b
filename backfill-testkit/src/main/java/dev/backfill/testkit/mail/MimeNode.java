package dev.backfill.testkit.mail;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A part while the tree is being read; it becomes a {@link ParsedPart} once the whole message is known. */
final class MimeNode {
    private static final String OCTETS = "application/octet-stream";

    private final PartHead head;
    private final String contentType;
    private final MailBytes content;
    private final List<MimeNode> children = new ArrayList<>();
    private boolean parted;

    private MimeNode(PartHead head, String contentType, MailBytes content) {
        this.head = head;
        this.contentType = contentType;
        this.content = content;
    }

    static MimeNode leaf(PartHead head, byte[] content) {
        // A multipart nested deeper than we follow is kept whole.
        String type = head.getMimeType().startsWith("multipart/") ? OCTETS : head.getMimeType();
        return new MimeNode(head, type, MailBytes.own(content));
    }

    static MimeNode text(PartHead head, byte[] content) {
        return new MimeNode(head, "text/plain", MailBytes.own(content));
    }

    static MimeNode multipart(PartHead head) {
        return new MimeNode(head, head.getMimeType(), MailBytes.EMPTY);
    }

    void add(MimeNode child) {
        parted = true;
        if (!child.isNothing()) {
            children.add(child);
        }
    }

    /** Says whether the boundary was found, even if there was nothing behind it. */
    boolean hasParts() {
        return parted;
    }

    /** Two boundaries in a row leave nothing between them, which is no part. */
    private boolean isNothing() {
        return content.isEmpty() && children.isEmpty() && head.isEmpty();
    }

    PartHead head() {
        return head;
    }

    /** The charset of 8-bit headers: what the first text part that names a usable one says. */
    Charset headerCharset() {
        return firstCharset().orElse(CharsetLookup.WINDOWS_1252);
    }

    private Optional<Charset> firstCharset() {
        Optional<Charset> own = CharsetLookup.find(head.getCharset())
                .filter(charset -> !charset.equals(StandardCharsets.US_ASCII)
                        && !charset.equals(StandardCharsets.UTF_8)
                        && !charset.equals(CharsetLookup.ISO_2022_JP)
                        && !charset.name().startsWith("UTF-"));
        if (own.isPresent() || children.isEmpty()) {
            return own;
        }
        return children.stream().flatMap(child -> child.firstCharset().stream()).findFirst();
    }

    ParsedPart toPart(Charset headerCharset) {
        List<MailHeader> headers = head.headers(headerCharset);
        Map<String, String> disposition = HeaderParameters.parse(first(headers, "Content-Disposition"));
        Map<String, String> parameters = HeaderParameters.parse(first(headers, "Content-Type"));
        String fileName = disposition.getOrDefault("filename", "");
        return new ParsedPart(
                headers,
                contentType,
                parameters,
                HeaderParameters.value(first(headers, "Content-Disposition")),
                fileName.isEmpty() ? parameters.getOrDefault("name", "") : fileName,
                contentId(first(headers, "Content-ID")),
                content,
                children.stream().map(child -> child.toPart(headerCharset)).toList());
    }

    private static String first(List<MailHeader> headers, String name) {
        for (MailHeader header : headers) {
            if (header.is(name)) {
                return header.raw();
            }
        }
        return "";
    }

    private static @Nullable String contentId(String raw) {
        String id = raw.strip();
        if (id.startsWith("<") && id.endsWith(">")) {
            id = id.substring(1, id.length() - 1);
        }
        return id.isEmpty() ? null : id;
    }
}
