package dev.backfill.model;

import java.util.Locale;
import java.util.Optional;

/** What a folder is for, independent of its name and of the mailbox's language. */
public enum FolderRole {
    /** Received mail. */
    INBOX,
    /** Mail sent by the user. */
    SENT,
    /** Unsent mail. */
    DRAFTS,
    /** Mail put away by the user. */
    ARCHIVE,
    /** Deleted mail that can still be restored by the user. */
    DELETED,
    /** Mail that a filter held for spam. */
    JUNK,
    /** Every other folder. */
    OTHER;

    /** The name under which a request means all mail but the deleted and the junk. */
    public static final String ALL = "all";

    /** {@return the name a request and the wire use, for instance {@code inbox}} */
    public String code() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * Finds the role that a folder name in a request stands for.
     *
     * @param name a folder name of a request, any case, never null
     * @return the role, or empty when the name is none of {@code inbox, sent, drafts, archive, deleted, junk}
     */
    public static Optional<FolderRole> ofCode(String name) {
        for (FolderRole role : values()) {
            if (role != OTHER && role.code().equalsIgnoreCase(name)) {
                return Optional.of(role);
            }
        }
        return Optional.empty();
    }
}
