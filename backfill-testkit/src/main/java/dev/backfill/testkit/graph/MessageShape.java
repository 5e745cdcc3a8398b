package dev.backfill.testkit.graph;

import dev.backfill.testkit.http.HttpCall;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** How a request wants messages: which properties, which ids, which bodies, and what of the attachments. Immutable. */
final class MessageShape {
    /** What Graph gives without {@code $select}, in its order. */
    private static final List<String> DEFAULT = List.of(
            "id",
            "createdDateTime",
            "lastModifiedDateTime",
            "changeKey",
            "categories",
            "receivedDateTime",
            "sentDateTime",
            "hasAttachments",
            "internetMessageId",
            "subject",
            "bodyPreview",
            "importance",
            "parentFolderId",
            "conversationId",
            "conversationIndex",
            "isDeliveryReceiptRequested",
            "isReadReceiptRequested",
            "isRead",
            "isDraft",
            "webLink",
            "inferenceClassification",
            "body",
            "sender",
            "from",
            "toRecipients",
            "ccRecipients",
            "bccRecipients",
            "replyTo",
            "flag");

    private static final Set<String> ON_DEMAND = Set.of("internetMessageHeaders", "uniqueBody");
    private static final Set<String> ATTACHMENT_PROPERTIES = Set.of(
            "id",
            "name",
            "contentType",
            "size",
            "isInline",
            "lastModifiedDateTime",
            "contentId",
            "contentBytes",
            "contentLocation",
            "microsoft.graph.fileAttachment/contentId",
            "microsoft.graph.fileAttachment/contentBytes",
            "microsoft.graph.fileAttachment/contentLocation");
    private static final Pattern EXPAND = Pattern.compile("attachments(?:\\(\\s*\\$select\\s*=([^)]*)\\))?");

    final List<String> properties;
    final boolean immutableIds;
    /** {@code text} or {@code html} as asked for; null for the body as it is stored. */
    final @Nullable String bodyType;
    /** What of each attachment is wanted; null if attachments are not expanded. */
    final @Nullable List<String> attachmentProperties;

    private MessageShape(
            List<String> properties,
            boolean immutableIds,
            @Nullable String bodyType,
            @Nullable List<String> attachmentProperties) {
        this.properties = properties;
        this.immutableIds = immutableIds;
        this.bodyType = bodyType;
        this.attachmentProperties = attachmentProperties;
    }

    static MessageShape of(HttpCall call) {
        String prefer = String.join(",", call.headers("Prefer")).toLowerCase(Locale.ROOT);
        String bodyType = prefer.contains("outlook.body-content-type=\"text\"")
                ? "text"
                : prefer.contains("outlook.body-content-type=\"html\"") ? "html" : null;
        return new MessageShape(
                selected(call.parameter("$select")),
                wantsImmutableIds(call),
                bodyType,
                expanded(call.parameter("$expand")));
    }

    /**
     * Makes the shape of a page of changes: what was selected and expanded in the first request of its round, and what the
     * headers of this one say. The service takes no notice of a nested select there.
     */
    static MessageShape of(String select, String expand, HttpCall call) {
        MessageShape headers = of(call);
        return new MessageShape(
                selected(select),
                headers.immutableIds,
                headers.bodyType,
                expanded(expand) == null ? null : attachmentSelect(null));
    }

    static boolean wantsImmutableIds(HttpCall call) {
        String prefer = String.join(",", call.headers("Prefer")).toLowerCase(Locale.ROOT);
        return prefer.contains("idtype=\"immutableid\"");
    }

    private static List<String> selected(@Nullable String select) {
        if (select == null || select.isBlank()) {
            return DEFAULT;
        }
        Set<String> wanted = new LinkedHashSet<>();
        for (String name : select.split(",", -1)) {
            String trimmed = name.strip();
            if (!DEFAULT.contains(trimmed) && !ON_DEMAND.contains(trimmed)) {
                throw GraphFault.badRequest("Parsing OData Select and Expand failed: Could not find a property named '"
                        + trimmed + "' on type 'microsoft.graph.message'.");
            }
            wanted.add(trimmed);
        }
        wanted.add("id");
        List<String> ordered = new ArrayList<>();
        DEFAULT.stream().filter(wanted::contains).forEach(ordered::add);
        wanted.stream().filter(ON_DEMAND::contains).forEach(ordered::add);
        return List.copyOf(ordered);
    }

    private static @Nullable List<String> expanded(@Nullable String expand) {
        if (expand == null || expand.isBlank()) {
            return null;
        }
        Matcher matcher = EXPAND.matcher(expand.strip());
        if (!matcher.matches()) {
            throw GraphFault.badRequest("Parsing OData Select and Expand failed: the fake expands attachments alone.");
        }
        return attachmentSelect(matcher.group(1));
    }

    /** Reads the {@code $select} of attachments; all properties if there is none. */
    static List<String> attachmentSelect(@Nullable String select) {
        if (select == null || select.isBlank()) {
            return List.of(
                    "id",
                    "lastModifiedDateTime",
                    "name",
                    "contentType",
                    "size",
                    "isInline",
                    "contentId",
                    "contentBytes");
        }
        Set<String> wanted = new LinkedHashSet<>();
        wanted.add("id");
        for (String name : select.split(",", -1)) {
            String trimmed = name.strip();
            if (!ATTACHMENT_PROPERTIES.contains(trimmed)) {
                throw GraphFault.badRequest("Parsing OData Select and Expand failed: Could not find a property named '"
                        + trimmed + "' on type 'microsoft.graph.attachment'.");
            }
            if (!trimmed.contains("/") && trimmed.startsWith("content") && !"contentType".equals(trimmed)) {
                throw GraphFault.badRequest("Parsing OData Select and Expand failed: Could not find a property named '"
                        + trimmed + "' on type 'microsoft.graph.attachment'.");
            }
            wanted.add(trimmed.substring(trimmed.indexOf('/') + 1));
        }
        return List.copyOf(wanted);
    }

    MessageShape withoutAttachments() {
        return new MessageShape(properties, immutableIds, bodyType, null);
    }

    /** {@return true if more than the id and the times is wanted, which a corrupt message cannot give} */
    boolean needsContent() {
        return attachmentProperties != null || properties.size() > 3 || properties.contains("body");
    }

    boolean needsBody() {
        return properties.contains("body");
    }

    /** {@return a text that two requests share if and only if they want the same} */
    String key() {
        return properties + "|" + immutableIds + "|" + bodyType + "|" + attachmentProperties;
    }
}
