package dev.backfill.provider.gmail;

import dev.backfill.model.Attachment;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Sorts a MIME tree into bodies and attachments, as RFC 8621 (section 4.1.4) tells mail clients to: a plain or HTML part is a
 * body unless it is marked as an attachment, or is not the first of its multipart and has a file name or stands in a
 * multipart/related; a message that is one text part of any kind is a body. A message inside the message is one attachment.
 */
final class Bodies {
    /** What the attachment id of a message is that consists of the attachment alone. */
    static final String ROOT = "root";

    private final List<GmailPart> texts = new ArrayList<>();
    private final List<GmailPart> htmls = new ArrayList<>();
    private final List<Attachment> attachments = new ArrayList<>();
    private final List<GmailPart> attached = new ArrayList<>();

    private Bodies() {}

    static Bodies of(@Nullable GmailPart root) {
        Bodies bodies = new Bodies();
        if (root == null) {
            return bodies;
        }
        if (type(root).startsWith("multipart/") && !root.parts().isEmpty()) {
            bodies.walk(root, "");
        } else if (type(root).startsWith("text/") && !disposition(root).equals("attachment")) {
            (type(root).equals("text/html") ? bodies.htmls : bodies.texts).add(root);
        } else if (!type(root).startsWith("multipart/")) {
            bodies.attach(root, root.partId().isEmpty() ? ROOT : root.partId());
        }
        return bodies;
    }

    private void walk(GmailPart multipart, String path) {
        boolean related = type(multipart).equals("multipart/related");
        for (int i = 0; i < multipart.parts().size(); i++) {
            GmailPart part = multipart.parts().get(i);
            String partPath = path.isEmpty() ? Integer.toString(i) : path + "." + i;
            String type = type(part);
            boolean readable = type.equals("text/plain") || type.equals("text/html");
            boolean placed = i == 0 || !related && fileName(part).isEmpty();
            if (type.startsWith("multipart/")) {
                walk(part, partPath);
            } else if (readable && placed && !disposition(part).equals("attachment")) {
                (type.equals("text/html") ? htmls : texts).add(part);
            } else {
                attach(part, part.partId().isEmpty() ? partPath : part.partId());
            }
        }
    }

    private void attach(GmailPart part, String id) {
        String type = type(part);
        String contentId = contentId(part);
        String disposition = disposition(part);
        boolean inline = disposition.equals("inline") || disposition.isEmpty() && contentId != null;
        boolean item = type.equals("message/rfc822") || type.equals("message/global");
        attachments.add(new Attachment(
                id,
                fileName(part),
                type,
                part.size(),
                inline,
                contentId,
                item ? Attachment.Kind.ITEM : Attachment.Kind.FILE));
        attached.add(part);
    }

    /** The plain text parts joined by a line feed; null when there is none. */
    @Nullable
    String text() {
        return joined(texts);
    }

    /** The HTML parts joined by a line feed; null when there is none. */
    @Nullable
    String html() {
        return joined(htmls);
    }

    List<Attachment> attachments() {
        return attachments;
    }

    /** The part behind an attachment id; null when there is none. */
    @Nullable
    GmailPart attachedPart(String attachmentId) {
        for (int i = 0; i < attachments.size(); i++) {
            if (attachments.get(i).id().equals(attachmentId)) {
                return attached.get(i);
            }
        }
        return null;
    }

    /** The parts behind {@link #attachments()}, in the same order. */
    List<GmailPart> attachedParts() {
        return attached;
    }

    /** The body parts whose content Gmail left out of the answer because of its size. */
    List<GmailPart> missing() {
        List<GmailPart> missing = new ArrayList<>();
        for (List<GmailPart> parts : List.of(texts, htmls)) {
            for (GmailPart part : parts) {
                if (part.data() == null && part.attachmentId() != null) {
                    missing.add(part);
                }
            }
        }
        return missing;
    }

    private static @Nullable String joined(List<GmailPart> parts) {
        if (parts.isEmpty()) {
            return null;
        }
        List<String> texts = new ArrayList<>(parts.size());
        for (GmailPart part : parts) {
            byte[] data = part.data();
            String charset = HeaderFields.parameter(part.header("Content-Type"), "charset");
            texts.add(data == null ? "" : Charsets.decodeBody(data, charset));
        }
        return String.join("\n", texts);
    }

    /** The media type as Gmail gives it, else as the header does, else that of plain text. */
    private static String type(GmailPart part) {
        if (!part.mimeType().isEmpty()) {
            return part.mimeType();
        }
        String named = HeaderFields.firstWord(part.header("Content-Type"));
        return named.contains("/") ? named : "text/plain";
    }

    private static String disposition(GmailPart part) {
        return HeaderFields.firstWord(part.header("Content-Disposition"));
    }

    private static String fileName(GmailPart part) {
        if (!part.fileName().isEmpty()) {
            return HeaderText.shown(part.fileName());
        }
        String name = HeaderFields.parameter(part.header("Content-Disposition"), "filename");
        if (name == null || name.isEmpty()) {
            name = HeaderFields.parameter(part.header("Content-Type"), "name");
        }
        return name == null ? "" : name;
    }

    private static @Nullable String contentId(GmailPart part) {
        String id = HeaderText.unfolded(part.header("Content-ID"));
        boolean bracketed = id.startsWith("<") && id.endsWith(">") && id.length() > 1;
        String bare = bracketed ? id.substring(1, id.length() - 1) : id;
        return bare.isEmpty() ? null : bare;
    }

    /** {@return a text without mail} */
    @Override
    public String toString() {
        return String.format(Locale.ROOT, "Bodies[%d, %d, %d]", texts.size(), htmls.size(), attachments.size());
    }
}
