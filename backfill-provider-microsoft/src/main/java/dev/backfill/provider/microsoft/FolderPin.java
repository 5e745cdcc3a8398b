package dev.backfill.provider.microsoft;

import dev.backfill.model.FolderRole;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The pin of the tree of folders: the ids of the well-known ones, which are constant for a mailbox's life, so that a later run
 * needs one list to know what each folder is for. Immutable.
 *
 * @param roles the well-known folders by their ids
 * @param recoverable the folder of recoverable items; null if the job does not mean it, or the server has none
 */
record FolderPin(Map<String, FolderRole> roles, @Nullable String recoverable) {
    /** The scope of the pin; no id of a folder is like it. */
    static final String SCOPE = "folders";

    private static final String VERSION = "t1";
    private static final String UNKNOWN = VERSION + " -";
    private static final String RECOVERABLE = "RECOVERABLE";

    /** {@return the text that is stored} */
    String encode() {
        StringBuilder text = new StringBuilder(VERSION);
        roles.forEach(
                (id, role) -> text.append(' ').append(role.name()).append('=').append(id));
        if (recoverable != null) {
            text.append(' ').append(RECOVERABLE).append('=').append(recoverable);
        }
        return text.toString();
    }

    /** Makes the text of a tree; one that could not be read whole is no ground to build on. */
    static String of(FolderTree.Tree tree, @Nullable Folder recoverable) {
        if (!tree.closed().isEmpty() || !tree.refused().isEmpty()) {
            return UNKNOWN;
        }
        Map<String, FolderRole> roles = new HashMap<>();
        for (Folder folder : tree.folders()) {
            if (folder.role() != FolderRole.OTHER) {
                roles.put(folder.id(), folder.role());
            }
        }
        return new FolderPin(roles, recoverable == null ? null : recoverable.id()).encode();
    }

    /** Reads a stored text; null if there is nothing to build on. */
    static @Nullable FolderPin decode(@Nullable String text) {
        if (text == null || text.equals(UNKNOWN) || !text.startsWith(VERSION + " ")) {
            return null;
        }
        Map<String, FolderRole> roles = new HashMap<>();
        String recoverable = null;
        for (String part : text.substring(VERSION.length() + 1).split(" ", -1)) {
            int equals = part.indexOf('=');
            if (equals < 1) {
                return null;
            }
            String name = part.substring(0, equals).toUpperCase(Locale.ROOT);
            String id = part.substring(equals + 1);
            if (name.equals(RECOVERABLE)) {
                recoverable = id;
                continue;
            }
            try {
                roles.put(id, FolderRole.valueOf(name));
            } catch (IllegalArgumentException otherVersion) {
                return null;
            }
        }
        return new FolderPin(Map.copyOf(roles), recoverable);
    }
}
