package dev.backfill.core.encode;

import dev.backfill.model.EmailMessage;
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
        List<OmittedContent> missing,
        List<Omission> omissions) {
    /** The layout that leaves nothing out but the contents that are missing already. */
    static Layout full(EmailMessage email, List<AttachmentContent> contents, List<OmittedContent> missing) {
        String text = clean(email.bodyText());
        String html = clean(email.bodyHtml());
        int attachments = email.attachments().size();
        return new Layout(body(text, html), text, html, true, attachments, contents, missing, strangeDates(email));
    }

    /** The layout that leaves out all that can be; of the contents that are missing already it says how many there are. */
    static Layout bare(EmailMessage email, List<OmittedContent> missing) {
        return new Layout("", "", "", false, 0, List.of(), missing, strangeDates(email));
    }

    private static String body(String text, String html) {
        if (text.isBlank() && !html.isBlank()) {
            return html;
        }
        return text.isEmpty() ? html : text;
    }

    private static List<Omission> strangeDates(EmailMessage email) {
        Instant sentAt = email.sentAt();
        boolean received = WireDate.isRepresentable(email.receivedAt());
        boolean sent = sentAt == null || WireDate.isRepresentable(sentAt);
        if (received && sent) {
            return List.of();
        }
        List<Omission> omissions = new ArrayList<>();
        if (!received) {
            omissions.add(new Omission("received_date", Omission.Reason.NOT_REPRESENTABLE, 0, 1));
        }
        if (!sent) {
            omissions.add(new Omission("sent_date", Omission.Reason.NOT_REPRESENTABLE, 0, 1));
        }
        return omissions;
    }

    private static String clean(@Nullable String text) {
        return text == null ? "" : JsonText.clean(text);
    }
}
