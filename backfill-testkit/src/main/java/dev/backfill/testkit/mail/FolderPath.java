package dev.backfill.testkit.mail;

import static java.util.Objects.requireNonNull;

import dev.backfill.model.FolderRole;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Where a message lies in a fake mailbox: a folder, named from the top. Immutable and thread-safe.
 *
 * @param role what the folder is for; a folder inside a well-known one, such as {@code Inbox/Projects}, is
 *     {@link FolderRole#OTHER}
 * @param names the names from the top, at least one, none empty
 */
public record FolderPath(FolderRole role, List<String> names) {
    /** Received mail. */
    public static final FolderPath INBOX = new FolderPath(FolderRole.INBOX, List.of("Inbox"));
    /** Mail sent by the mailbox's owner. */
    public static final FolderPath SENT = new FolderPath(FolderRole.SENT, List.of("Sent"));
    /** Unsent mail. */
    public static final FolderPath DRAFTS = new FolderPath(FolderRole.DRAFTS, List.of("Drafts"));
    /** Mail put away. */
    public static final FolderPath ARCHIVE = new FolderPath(FolderRole.ARCHIVE, List.of("Archive"));
    /** Deleted mail. */
    public static final FolderPath DELETED = new FolderPath(FolderRole.DELETED, List.of("Deleted"));
    /** Mail held for spam. */
    public static final FolderPath JUNK = new FolderPath(FolderRole.JUNK, List.of("Junk"));

    private static final List<FolderPath> WELL_KNOWN = List.of(INBOX, SENT, DRAFTS, ARCHIVE, DELETED, JUNK);

    /** Checks the names and copies them. */
    public FolderPath {
        requireNonNull(role, "role");
        names = List.copyOf(names);
        if (names.isEmpty() || names.contains("")) {
            throw new IllegalArgumentException("a folder needs at least one name and no empty one");
        }
        if (role != FolderRole.OTHER && names.size() > 1) {
            throw new IllegalArgumentException("a nested folder has the role OTHER");
        }
    }

    /**
     * Makes a path from names; a single name that is a well-known folder's gets its role.
     *
     * @param names the names from the top, at least one, for instance {@code of("Inbox", "Projects", "2024")}
     * @return the path
     */
    public static FolderPath of(String... names) {
        List<String> list = Arrays.asList(names);
        for (FolderPath known : WELL_KNOWN) {
            if (known.names.equals(list)) {
                return known;
            }
        }
        return new FolderPath(FolderRole.OTHER, list);
    }

    /** {@return the six well-known folders, every one at the top} */
    public static List<FolderPath> wellKnown() {
        return WELL_KNOWN;
    }

    /**
     * Makes the path of a folder inside this one.
     *
     * @param name the inner folder's name, not empty
     * @return the path
     */
    public FolderPath child(String name) {
        List<String> longer = new ArrayList<>(names);
        longer.add(name);
        return new FolderPath(FolderRole.OTHER, longer);
    }

    /** {@return the folder that holds this one, or empty at the top} */
    public Optional<FolderPath> parent() {
        return names.size() == 1
                ? Optional.empty()
                : Optional.of(of(names.subList(0, names.size() - 1).toArray(new String[0])));
    }

    /** {@return the folder at the top of this path: this one if it has no parent} */
    public FolderPath top() {
        return of(names.get(0));
    }

    /** {@return the last name} */
    public String name() {
        return names.get(names.size() - 1);
    }

    /** {@return the names joined by a slash, for instance {@code Inbox/Projects/2024}} */
    public String path() {
        return String.join("/", names);
    }
}
