package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.FolderRole;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a provider can know of a message, as data: how the expected wire fields are derived from the mail in a mailbox.
 * Immutable and thread-safe; start from {@link #GRAPH} or {@link #GMAIL} and change what a server does otherwise.
 *
 * @param provider the wire value of {@code provider}
 * @param bodies which bodies the provider gives
 * @param mimeTypeWithoutBody the mime_type of a message without any body; null when it is null on the wire
 * @param receivedPrecision how exact the received time is
 * @param filing how the place in the mailbox is said
 * @param names of a folder provider, what it calls the well-known folders; of a label provider, the labels that stand for
 *     them; a role that is missing has none
 * @param hasAttachments when has_attachments is true
 * @param size what size_bytes says
 * @param headers which text of the headers is published
 * @param contentIds which attachments' Content-IDs are published
 * @param ignored the fields that are not compared
 */
public record Profile(
        String provider,
        Bodies bodies,
        @Nullable String mimeTypeWithoutBody,
        ChronoUnit receivedPrecision,
        Filing filing,
        Map<FolderRole, String> names,
        HasAttachments hasAttachments,
        Size size,
        Headers headers,
        ContentIds contentIds,
        Set<WireField> ignored) {
    /** Which bodies a provider gives. */
    public enum Bodies {
        /** The text and the HTML. */
        BOTH,
        /** The HTML if there is one, else the text. */
        RICHEST
    }

    /** How a provider says where a message lies. */
    public enum Filing {
        /** One folder with a path; no labels. */
        FOLDER,
        /** Labels: the folder's, and UNREAD and STARRED where they hold; no folder. */
        LABELS
    }

    /** When has_attachments is true. */
    public enum HasAttachments {
        /** When there is any attachment. */
        ANY,
        /** When there is an attachment that is not shown inside the body. */
        NOT_INLINE
    }

    /** What size_bytes says. */
    public enum Size {
        /** The length of the raw message. */
        MIME,
        /** Nothing: it is null. */
        UNKNOWN
    }

    /** Which text of the headers is published. */
    public enum Headers {
        /** With encoded words decoded. */
        DECODED,
        /** With encoded words as they are. */
        RAW
    }

    /** Which attachments' Content-IDs are published. */
    public enum ContentIds {
        /** Those of all attachments. */
        OF_ALL,
        /** Those of all but attached messages, because Graph's itemAttachment has no contentId. */
        OF_FILES
    }

    /**
     * Microsoft Graph: one body; times in seconds; folders; no size of a message (the message resource of v1.0 has none).
     */
    public static final Profile GRAPH = new Profile(
            "microsoft",
            Bodies.RICHEST,
            "text/plain",
            ChronoUnit.SECONDS,
            Filing.FOLDER,
            Map.of(
                    FolderRole.INBOX, "Inbox",
                    FolderRole.SENT, "Sent Items",
                    FolderRole.DRAFTS, "Drafts",
                    FolderRole.ARCHIVE, "Archive",
                    FolderRole.DELETED, "Deleted Items",
                    FolderRole.JUNK, "Junk Email"),
            HasAttachments.ANY,
            Size.UNKNOWN,
            Headers.DECODED,
            ContentIds.OF_FILES,
            Set.of());

    /** Gmail: all bodies; times in milliseconds; labels, of which archived mail has none; the size of the raw message. */
    public static final Profile GMAIL = new Profile(
            "google",
            Bodies.BOTH,
            null,
            ChronoUnit.MILLIS,
            Filing.LABELS,
            Map.of(
                    FolderRole.INBOX, "INBOX",
                    FolderRole.SENT, "SENT",
                    FolderRole.DRAFTS, "DRAFT",
                    FolderRole.DELETED, "TRASH",
                    FolderRole.JUNK, "SPAM"),
            HasAttachments.ANY,
            Size.MIME,
            Headers.DECODED,
            ContentIds.OF_ALL,
            Set.of());

    /** Checks what must be present and copies the collections. */
    public Profile {
        requireNonNull(provider, "provider");
        requireNonNull(bodies, "bodies");
        requireNonNull(receivedPrecision, "receivedPrecision");
        requireNonNull(filing, "filing");
        names = names.isEmpty() ? Map.of() : Map.copyOf(new EnumMap<>(names));
        requireNonNull(hasAttachments, "hasAttachments");
        requireNonNull(size, "size");
        requireNonNull(headers, "headers");
        requireNonNull(contentIds, "contentIds");
        ignored = Set.copyOf(ignored);
    }

    /**
     * Leaves fields out of the comparison.
     *
     * @param fields the fields
     * @return the changed profile
     */
    public Profile ignoring(WireField... fields) {
        Set<WireField> more = EnumSet.noneOf(WireField.class);
        more.addAll(ignored);
        more.addAll(List.of(fields));
        return new Profile(
                provider,
                bodies,
                mimeTypeWithoutBody,
                receivedPrecision,
                filing,
                names,
                hasAttachments,
                size,
                headers,
                contentIds,
                more);
    }

    /**
     * Gives the folder that is published for a message.
     *
     * @param mail the message
     * @return the path by the provider's names, joined by slashes; empty for a provider with labels
     */
    public String folder(StoredMail mail) {
        return filing == Filing.FOLDER ? path(mail.folder()) : "";
    }

    private String path(FolderPath folder) {
        List<String> parts = new ArrayList<>(folder.names());
        parts.set(0, names.getOrDefault(folder.top().role(), parts.get(0)));
        return String.join("/", parts);
    }

    /**
     * Gives the labels that are published for a message.
     *
     * @param mail the message
     * @return the labels in no particular order; none for a provider with folders. A folder of the user's is a label named by
     *     its path
     */
    public List<String> labels(StoredMail mail) {
        List<String> labels = new ArrayList<>();
        if (filing == Filing.LABELS) {
            FolderRole role = mail.folder().role();
            if (role == FolderRole.OTHER) {
                labels.add(mail.folder().path());
            } else if (names.containsKey(role)) {
                labels.add(names.get(role));
            }
            if (!mail.isRead()) {
                labels.add("UNREAD");
            }
            if (mail.isStarred()) {
                labels.add("STARRED");
            }
        }
        return labels;
    }
}
