package dev.backfill.testkit.mail;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells bodies from attachments, by the rules that {@link ParsedMail} documents (after RFC 8621, section 4.1.4). */
final class BodyPicker {
    private final List<ParsedPart> texts = new ArrayList<>();
    private final List<ParsedPart> htmls = new ArrayList<>();
    private final List<ParsedPart> attachments = new ArrayList<>();

    static BodyPicker of(ParsedPart root) {
        BodyPicker picker = new BodyPicker();
        if (root.isMultipart()) {
            picker.walk(root);
        } else if (root.isText() && !root.disposition().equals("attachment")) {
            // Whatever text a message consists of is what a client shows.
            (root.contentType().equals("text/html") ? picker.htmls : picker.texts).add(root);
        } else {
            picker.attachments.add(root);
        }
        return picker;
    }

    private void walk(ParsedPart multipart) {
        boolean related = multipart.contentType().equals("multipart/related");
        for (int i = 0; i < multipart.children().size(); i++) {
            ParsedPart part = multipart.children().get(i);
            if (part.isMultipart()) {
                walk(part);
            } else if (isBody(part, i == 0, related)) {
                (part.contentType().equals("text/html") ? htmls : texts).add(part);
            } else {
                attachments.add(part);
            }
        }
    }

    private static boolean isBody(ParsedPart part, boolean first, boolean related) {
        boolean readable =
                part.contentType().equals("text/plain") || part.contentType().equals("text/html");
        boolean placed = first || !related && part.fileName().isEmpty();
        return readable && placed && !part.disposition().equals("attachment");
    }

    @Nullable
    String text() {
        return joined(texts);
    }

    @Nullable
    String html() {
        return joined(htmls);
    }

    private static @Nullable String joined(List<ParsedPart> parts) {
        if (parts.isEmpty()) {
            return null;
        }
        if (parts.size() == 1) {
            return parts.get(0).text();
        }
        return String.join("\n", parts.stream().map(ParsedPart::text).toList());
    }

    List<MailAttachment> attachments() {
        return attachments.stream().map(BodyPicker::attachment).toList();
    }

    private static MailAttachment attachment(ParsedPart part) {
        boolean inline =
                part.disposition().equals("inline") || part.disposition().isEmpty() && part.contentId() != null;
        return new MailAttachment(part.fileName(), part.contentType(), inline, part.contentId(), part.content());
    }
}
