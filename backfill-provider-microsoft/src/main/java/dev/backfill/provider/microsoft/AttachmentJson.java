package dev.backfill.provider.microsoft;

import com.fasterxml.jackson.core.JsonParser;
import dev.backfill.model.Attachment;
import java.io.IOException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads what Graph says of an attachment, never its bytes. Confined to one thread. */
final class AttachmentJson {
    private String type = "";
    private String id = "";
    private String name = "";
    private String contentType = "";
    private @Nullable Long size;
    private boolean inline;
    private @Nullable String contentId;

    private AttachmentJson() {}

    /** Reads the object the parser stands on, to its end. */
    static Attachment read(JsonParser json) throws IOException {
        AttachmentJson attachment = new AttachmentJson();
        JsonText.object(json, attachment::field);
        return attachment.toAttachment();
    }

    private void field(JsonParser json, String field) throws IOException {
        switch (field) {
            case "@odata.type" -> type = JsonText.stringOrEmpty(json).toLowerCase(Locale.ROOT);
            case "id" -> id = JsonText.stringOrEmpty(json);
            case "name" -> name = JsonText.stringOrEmpty(json);
            case "contentType" -> contentType = JsonText.stringOrEmpty(json);
            case "size" -> size = JsonText.number(json);
            case "isInline" -> inline = JsonText.bool(json);
            case "contentId" -> contentId = JsonText.string(json);
            default -> json.skipChildren();
        }
    }

    private Attachment toAttachment() {
        Attachment.Kind kind = type.endsWith("itemattachment")
                ? Attachment.Kind.ITEM
                : type.endsWith("referenceattachment") ? Attachment.Kind.REFERENCE : Attachment.Kind.FILE;
        int parameters = contentType.indexOf(';');
        String media = parameters < 0 ? contentType : contentType.substring(0, parameters);
        return new Attachment(
                id,
                name,
                media.strip().toLowerCase(Locale.ROOT),
                size != null && size < 0 ? null : size,
                inline,
                bare(contentId),
                kind);
    }

    private static @Nullable String bare(@Nullable String contentId) {
        if (contentId == null || contentId.isBlank()) {
            return null;
        }
        String text = contentId.strip();
        return text.length() > 2 && text.startsWith("<") && text.endsWith(">")
                ? text.substring(1, text.length() - 1)
                : text;
    }
}
