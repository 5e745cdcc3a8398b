package dev.backfill.core.encode;

import dev.backfill.model.EmailMessage;
import dev.backfill.model.RawMime;
import dev.backfill.spi.AttachmentContent;
import dev.backfill.spi.OmittedContent;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What of a message goes into its published form. Immutable; all texts are clean.
 *
 * @param body the body, perhaps cut
 * @param bodyText the plain text, perhaps empty because it is left out
 * @param bodyHtml the HTML, perhaps empty because it is left out
 * @param headers true if the headers are written
 * @param attachments how many of the attachments are written, from the first
 * @param contents the contents that are written with their attachments
 * @param rawMime the message's MIME; null, or one without bytes, where it is not written
 * @param missing the contents that are left out
 * @param omissions what else is left out
 */
record Layout(
        String body,
        String bodyText,
        String bodyHtml,
        boolean headers,
        int attachments,
        List<AttachmentContent> contents,
        @Nullable RawMime rawMime,
        List<OmittedContent> missing,
        List<Omission> omissions) {
    /** The field of the whole MIME. */
    static final String RAW_MIME = "raw_mime";

    /** The layout that leaves nothing out but the contents that are missing already. */
    static Layout full(EmailMessage email, List<AttachmentContent> contents, List<OmittedContent> missing) {
        String text = clean(email.bodyText());
        String html = clean(email.bodyHtml());
        int attachments = email.attachments().size();
        RawMime mime = email.rawMime();
        return new Layout(body(text, html), text, html, true, attachments, contents, mime, missing, omissions(email));
    }

    /** The layout that leaves out all that can be; of the contents that are missing already it says how many there are. */
    static Layout bare(EmailMessage email, List<OmittedContent> missing) {
        return new Layout("", "", "", false, 0, List.of(), null, missing, omissions(email));
    }

    /** The bytes of the MIME that is written; null where none is. */
    byte @Nullable [] rawMimeBytes() {
        return rawMime == null ? null : rawMime.bytes();
    }

    private static String body(String text, String html) {
        if (text.isBlank() && !html.isBlank()) {
            return html;
        }
        return text.isEmpty() ? html : text;
    }

    private static List<Omission> omissions(EmailMessage email) {
        RawMime rawMime = email.rawMime();
        List<Omission> omissions = new ArrayList<>();
        RawMime.Missing missing = rawMime == null ? null : rawMime.missing();
        if (missing != null) {
            omissions.add(new Omission(RAW_MIME, Omission.Reason.valueOf(missing.name()), 0, 1));
        }
        Instant sentAt = email.sentAt();
        if (!WireDate.isRepresentable(email.receivedAt())) {
            omissions.add(new Omission("received_date", Omission.Reason.NOT_REPRESENTABLE, 0, 1));
        }
        if (sentAt != null && !WireDate.isRepresentable(sentAt)) {
            omissions.add(new Omission("sent_date", Omission.Reason.NOT_REPRESENTABLE, 0, 1));
        }
        return omissions;
    }

    private static String clean(@Nullable String text) {
        return text == null ? "" : JsonText.clean(text);
    }
}
