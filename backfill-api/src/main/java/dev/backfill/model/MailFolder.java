package dev.backfill.model;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * A folder or label of a mailbox. Immutable and thread-safe.
 *
 * @param id the provider's id
 * @param name the last part of the path, as the user sees it
 * @param path the names from the top, joined by {@code /}, for instance {@code Inbox/Projects}
 * @param role what the folder is for
 * @param hidden true if the user does not see the folder
 * @param items the provider's own count of what lies in the folder, 0 or more, a hint only: it may count things that are no
 *     mail; null when unknown
 */
public record MailFolder(
        String id,
        String name,
        String path,
        FolderRole role,
        boolean hidden,
        @Nullable Long items) {
    /** Checks what must be present. */
    public MailFolder {
        requireNonNull(id, "id");
        requireNonNull(name, "name");
        requireNonNull(path, "path");
        requireNonNull(role, "role");
    }
}
