package dev.backfill.core.encode;

import dev.backfill.core.encode.Omission.Reason;
import dev.backfill.model.Attachment;
import dev.backfill.model.EmailMessage;
import dev.backfill.model.RawMime;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.OmittedContent;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Leaves out of a message what makes it too large, the least missed first: the MIME, contents (the largest first), the body's other
 * form, the body's copy, the headers, attachments beyond the first hundred, the body's end, the other attachments. It counts
 * what each takes in JSON, or a little more, so that one encoding is enough. Confined to one thread.
 */
final class LayoutFitter {
    /** How many attachments of a message that is too large are listed, as long as its body can be cut instead. */
    static final int MAX_ATTACHMENTS = 100;

    private static final int MIME_FRAME_BYTES = ",\"raw_mime\":\"\"".length();
    private static final int CONTENT_FRAME_BYTES = ",\"content\":\"\"".length();
    private static final int HEADER_FRAME_BYTES = "\"\":\"\",".length();
    private static final int ATTACHMENT_FRAME_BYTES = 140;
    private static final int ID_FRAME_BYTES = "\"\",".length();

    private final EmailMessage email;
    private final List<Omission> omissions;
    private final List<AttachmentContent> contents;
    private final List<OmittedContent> missing;
    private final Set<String> missingIds = new HashSet<>();
    private @Nullable RawMime rawMime;
    private String body;
    private String bodyText;
    private String bodyHtml;
    private boolean headers;
    private int attachments;

    /** How many bytes must still go. */
    private long excess;

    private LayoutFitter(EmailMessage email, Layout full) {
        this.email = email;
        this.omissions = new ArrayList<>(full.omissions());
        this.contents = new ArrayList<>(full.contents());
        this.missing = new ArrayList<>(full.missing());
        missing.forEach(content -> missingIds.add(content.attachmentId()));
        this.rawMime = full.rawMime();
        this.body = full.body();
        this.bodyText = full.bodyText();
        this.bodyHtml = full.bodyHtml();
        this.headers = full.headers();
        this.attachments = full.attachments();
    }

    /**
     * Makes a layout that fits, if there is one.
     *
     * @param email the message
     * @param full the layout that leaves nothing out
     * @param bareBytes what the message takes with {@link Layout#bare}
     * @param maxBytes what it may take
     * @return the layout; too large still if all that can go is not enough
     */
    static Layout fit(EmailMessage email, Layout full, long bareBytes, long maxBytes) {
        LayoutFitter fitter = new LayoutFitter(email, full);
        fitter.excess = bareBytes + fitter.optionalBytes() - maxBytes;
        fitter.leaveOut();
        return fitter.layout();
    }

    private Layout layout() {
        return new Layout(
                body,
                bodyText,
                bodyHtml,
                headers,
                attachments,
                List.copyOf(contents),
                rawMime,
                List.copyOf(missing),
                List.copyOf(omissions));
    }

    private long optionalBytes() {
        long bytes = JsonText.size(body) + JsonText.size(bodyText) + JsonText.size(bodyHtml) + headerBytes();
        for (AttachmentContent content : contents) {
            bytes += contentBytes(content);
        }
        return bytes + mimeBytes() + attachmentBytes(0, attachments);
    }

    private long mimeBytes() {
        byte[] bytes = rawMime == null ? null : rawMime.bytes();
        return bytes == null ? 0 : MIME_FRAME_BYTES + base64Size(bytes.length);
    }

    private void leaveOut() {
        boolean textFirst = body.equals(bodyText);
        leaveOutMime();
        leaveOutContents();
        leaveOutBody(!textFirst, Reason.TOO_LARGE);
        leaveOutBody(textFirst, Reason.SAME_AS_BODY);
        leaveOutHeaders();
        leaveOutAttachments(MAX_ATTACHMENTS);
        cutBody();
        leaveOutAttachments(0);
    }

    /** First, since what is in it stands in the message's other fields too. */
    private void leaveOutMime() {
        byte[] bytes = rawMime == null ? null : rawMime.bytes();
        if (bytes != null && worthLeavingOut(mimeBytes())) {
            omit(Layout.RAW_MIME, Reason.TOO_LARGE, mimeBytes(), bytes.length, 1);
            rawMime = null;
        }
    }

    private void leaveOutContents() {
        contents.sort(Comparator.comparingInt(content -> content.bytes().length));
        boolean told = missing.stream().anyMatch(content -> content.reason() == OmittedContent.Reason.TOO_LARGE);
        while (excess > 0 && !contents.isEmpty()) {
            AttachmentContent largest = contents.remove(contents.size() - 1);
            String id = largest.attachmentId();
            excess -= contentBytes(largest);
            excess += (told ? 0 : Omission.MAX_JSON_BYTES) + missingIdBytes(id);
            told = true;
            missingIds.add(id);
            missing.add(new OmittedContent(id, (long) largest.bytes().length, OmittedContent.Reason.TOO_LARGE));
        }
    }

    private void leaveOutBody(boolean text, Reason reason) {
        String value = text ? bodyText : bodyHtml;
        if (!worthLeavingOut(JsonText.size(value))) {
            return;
        }
        if (text) {
            bodyText = "";
        } else {
            bodyHtml = "";
        }
        omit(text ? "body_text" : "body_html", reason, JsonText.size(value), JsonText.utf8Size(value), 1);
    }

    private void leaveOutHeaders() {
        long size = headerBytes();
        if (worthLeavingOut(size)) {
            headers = false;
            omit("headers", Reason.TOO_LARGE, size, size, email.headers().size());
        }
    }

    private void leaveOutAttachments(int kept) {
        // A second omission of the same field takes the place of the first.
        Omission before = omissions.stream()
                .filter(omission -> omission.field().equals("attachments"))
                .findFirst()
                .orElse(null);
        int price = before == null ? Omission.MAX_JSON_BYTES : 0;
        long size = attachments > kept ? attachmentBytes(kept, attachments) : 0;
        if (excess <= 0 || size <= price) {
            return;
        }
        excess -= size - price;
        int items = attachments - kept;
        attachments = kept;
        omissions.remove(before);
        omissions.add(
                before == null
                        ? new Omission("attachments", Reason.TOO_LARGE, size, items)
                        : new Omission("attachments", Reason.TOO_LARGE, before.bytes() + size, before.items() + items));
    }

    private void cutBody() {
        long size = JsonText.size(body);
        if (!worthLeavingOut(size)) {
            return;
        }
        long room = size - excess - Omission.MAX_JSON_BYTES;
        String shorter = JsonText.prefix(body, Math.max(0, room));
        long omitted = JsonText.utf8Size(body) - JsonText.utf8Size(shorter);
        omit("body", Reason.TOO_LARGE, size - JsonText.size(shorter), omitted, 1);
        body = shorter;
    }

    /** What is shorter than the sentence that tells of its absence stays. */
    private boolean worthLeavingOut(long size) {
        return excess > 0 && size > Omission.MAX_JSON_BYTES;
    }

    private void omit(String field, Reason reason, long jsonBytes, long bytes, int items) {
        excess -= jsonBytes - Omission.MAX_JSON_BYTES;
        omissions.add(new Omission(field, reason, bytes, items));
    }

    private static long contentBytes(AttachmentContent content) {
        return CONTENT_FRAME_BYTES + base64Size(content.bytes().length);
    }

    static long base64Size(long bytes) {
        return (bytes + 2) / 3 * 4;
    }

    private long headerBytes() {
        long bytes = 0;
        if (headers) {
            for (Map.Entry<String, String> header : email.headers().entrySet()) {
                bytes += HEADER_FRAME_BYTES + size(header.getKey()) + size(header.getValue());
            }
        }
        return bytes;
    }

    private long attachmentBytes(int from, int to) {
        long bytes = 0;
        for (Attachment attachment : email.attachments().subList(from, to)) {
            String contentId = attachment.contentId();
            bytes += ATTACHMENT_FRAME_BYTES
                    + (missingIds.contains(attachment.id()) ? missingIdBytes(attachment.id()) : 0)
                    + size(attachment.id())
                    + size(attachment.name())
                    + size(attachment.contentType())
                    + (contentId == null ? 0 : size(contentId));
        }
        return bytes;
    }

    /** What it takes to name an attachment once more, among those whose content is missing. */
    private static long missingIdBytes(String id) {
        return ID_FRAME_BYTES + size(id);
    }

    private static long size(String text) {
        return JsonText.size(JsonText.clean(text));
    }
}
