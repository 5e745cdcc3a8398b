package dev.backfill.provider.microsoft;

import dev.backfill.model.FolderRole;
import dev.backfill.model.MailFolder;
import org.jspecify.annotations.Nullable;

/**
 * A folder of the mailbox in its tree. Immutable.
 *
 * @param id its id
 * @param parentId the folder it lies in; null at the top, and for one that was not met in the tree
 * @param name its name as the user sees it
 * @param path the names from the top, joined by a slash
 * @param role what it is for; OTHER for folders inside a well-known one
 * @param within the role of the well-known folder it lies in at any depth, its own where it has one; OTHER for none
 * @param hidden true if users do not see it
 * @param items how many items the service counts in it; null when it does not say
 */
record Folder(
        String id,
        @Nullable String parentId,
        String name,
        String path,
        FolderRole role,
        FolderRole within,
        boolean hidden,
        @Nullable Long items) {
    MailFolder toMailFolder() {
        return new MailFolder(id, name, path, role, hidden, items);
    }

    /** {@return DELETED or JUNK for a folder that is one of these or lies inside; else OTHER} */
    FolderRole place() {
        return isDeletedOrJunk() ? within : FolderRole.OTHER;
    }

    /** {@return true if the folder holds what users threw away, or spam} */
    boolean isDeletedOrJunk() {
        return within == FolderRole.DELETED || within == FolderRole.JUNK;
    }
}
