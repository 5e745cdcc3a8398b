package dev.backfill.testkit.mail;

import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * A field of the published {@code email} object that a {@link Manifest} judges, and how its value becomes the text that is
 * hashed. The attachments are judged as five lists, so that a finding says what of them differs.
 */
public enum WireField {
    /** The provider's conversation id. */
    THREAD_ID("thread_id", Kind.TEXT),
    /** The subject. */
    SUBJECT("subject", Kind.TEXT),
    /** The body: text where there is text, else HTML. */
    BODY("body", Kind.BODY),
    /** The plain text body. */
    BODY_TEXT("body_text", Kind.BODY),
    /** The HTML body. */
    BODY_HTML("body_html", Kind.BODY),
    /** The author's address. */
    FROM_ADDRESS("from_address", Kind.TEXT),
    /** The To addresses. */
    TO_ADDRESSES("to_addresses", Kind.LIST),
    /** The Cc addresses. */
    CC_ADDRESSES("cc_addresses", Kind.LIST),
    /** The Bcc addresses. */
    BCC_ADDRESSES("bcc_addresses", Kind.LIST),
    /** The Reply-To addresses. */
    REPLY_TO("reply_to", Kind.LIST),
    /** When the mailbox received the message. */
    RECEIVED_DATE("received_date", Kind.DATE),
    /** When the message says it was sent. */
    SENT_DATE("sent_date", Kind.DATE),
    /** The labels, in any order. */
    LABELS("labels", Kind.SET),
    /** The path of the folder. */
    FOLDER("folder", Kind.TEXT),
    /** Whether the user has read it. */
    IS_READ("is_read", Kind.VALUE),
    /** Whether the user has starred or flagged it. */
    IS_STARRED("is_starred", Kind.VALUE),
    /** The importance. */
    IMPORTANCE("importance", Kind.TEXT),
    /** Whether something is attached. */
    HAS_ATTACHMENTS("has_attachments", Kind.VALUE),
    /** The provider's wire name. */
    PROVIDER("provider", Kind.TEXT),
    /** The size of the message. */
    SIZE_BYTES("size_bytes", Kind.VALUE),
    /** The media type of the body shown first. */
    MIME_TYPE("mime_type", Kind.VALUE),
    /** The headers, in any order of names and any case of names. */
    HEADERS("headers", Kind.MAP),
    /** The Message-ID header. */
    INTERNET_MESSAGE_ID("internet_message_id", Kind.TEXT),
    /** The In-Reply-To header. */
    IN_REPLY_TO("in_reply_to", Kind.TEXT),
    /** The ids of the References header. */
    REFERENCES("references", Kind.LIST),
    /** The attachments' file names. */
    ATTACHMENT_NAMES("attachments.name", Kind.LIST),
    /** The attachments' media types. */
    ATTACHMENT_TYPES("attachments.content_type", Kind.LIST),
    /** The attachments' sizes. */
    ATTACHMENT_SIZES("attachments.size_bytes", Kind.LIST),
    /** Whether the attachments are shown inside the body. */
    ATTACHMENT_INLINE("attachments.is_inline", Kind.LIST),
    /** The attachments' Content-IDs. */
    ATTACHMENT_CONTENT_IDS("attachments.content_id", Kind.LIST);

    /** How a value becomes the text that is hashed. */
    enum Kind {
        /** The text itself; null counts as empty. */
        TEXT,
        /** As TEXT, every line end as a line feed. */
        BODY,
        /** The value's JSON text; null differs from everything else. */
        VALUE,
        /** An instant in UTC, so that one moment has one text. */
        DATE,
        /** Each element with its length before it, in order. */
        LIST,
        /** As LIST, sorted. */
        SET,
        /** As SET, of lower-case names and their values. */
        MAP
    }

    private static final Map<String, WireField> BY_NAME =
            Arrays.stream(values()).collect(Collectors.toMap(WireField::wireName, Function.identity()));

    private final String wireName;
    private final Kind kind;

    WireField(String wireName, Kind kind) {
        this.wireName = wireName;
        this.kind = kind;
    }

    /** {@return the name in the JSON, with a dot for a field of each attachment} */
    public String wireName() {
        return wireName;
    }

    Kind kind() {
        return kind;
    }

    static Optional<WireField> named(String wireName) {
        return Optional.ofNullable(BY_NAME.get(wireName));
    }
}
