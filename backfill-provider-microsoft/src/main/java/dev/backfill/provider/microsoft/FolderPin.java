package dev.backfill.provider.microsoft;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.MailQuery;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * The pin of the tree of folders: the ids of the well-known ones, which are constant for a mailbox's life, so that a later run
 * needs one list to know what each folder is for; and which folders the job planned, for of these a pin may still be to come
 * when changes are planned in the middle of it. Immutable.
 *
 * @param whole false if the tree could not be read whole, so that its well-known folders are no ground to build on
 * @param roles the well-known folders by their ids
 * @param named by the service's further names, such as {@link FolderTree#RECOVERABLE}, the ids of those folders that the job means by them
 * @param bound the job's frozen bound in epoch seconds, by which it is known again
 * @param planned the beginnings of hashes of the ids of the folders it planned, all of one length: the more there are the shorter; none
 *     where there are too many for a pin, so that in the middle of the job they count as new ones and are read twice
 */
record FolderPin(
        boolean whole, Map<String, FolderRole> roles, Map<String, String> named, long bound, Set<String> planned) {
    /** The scope of the pin; no id of a folder is like it. */
    static final String SCOPE = "folders";

    private static final String VERSION = "t2";
    private static final String RECOVERABLE = "RECOVERABLE";
    private static final String WHOLE = "WHOLE";
    private static final String BOUND = "BOUND";
    private static final String PLANNED = "PLANNED";

    /** How many characters the planned folders may take; the ids of a few well-known ones are beside them. */
    private static final int ROOM = 60_000;

    /** With so many characters of 64 kinds, one in a hundred thousand new folders is taken for one of ten thousand. */
    private static final int SHORTEST = 5;

    FolderPin {
        roles = Map.copyOf(roles);
        named = Map.copyOf(named);
        planned = Set.copyOf(planned);
    }

    /** Makes the pin of a tree, of the folders beside it, and of what a query means of all. */
    static FolderPin of(FolderTree.Tree tree, Map<String, Folder> named, MailQuery query, List<Folder> chosen) {
        Map<String, FolderRole> roles = new HashMap<>();
        for (Folder folder : tree.folders()) {
            if (folder.role() != FolderRole.OTHER) {
                roles.put(folder.id(), folder.role());
            }
        }
        boolean whole = tree.closed().isEmpty() && tree.refused().isEmpty();
        Map<String, String> ids = new HashMap<>();
        named.forEach((name, folder) -> ids.put(name, folder.id()));
        return new FolderPin(whole, roles, ids, 0, Set.of()).planning(query, chosen);
    }

    /** {@return the same well-known folders, and what a job plans} */
    FolderPin planning(MailQuery query, Collection<Folder> chosen) {
        int length = ROOM / Math.max(1, chosen.size());
        Set<String> hashes = length < SHORTEST
                ? Set.of()
                : chosen.stream().map(folder -> hash(folder.id(), length)).collect(Collectors.toSet());
        return new FolderPin(whole, roles, named, query.to().getEpochSecond(), hashes);
    }

    private static String hash(String folderId, int length) {
        String hash = KeysetPosition.hash(folderId);
        return hash.substring(0, Math.min(length, hash.length()));
    }

    /** {@return true if the job of a query planned a folder before} */
    boolean isPlanned(MailQuery query, String folderId) {
        return bound == query.to().getEpochSecond() && !planned.isEmpty() && planned.contains(hash(folderId, length()));
    }

    private int length() {
        return planned.isEmpty() ? 0 : planned.iterator().next().length();
    }

    /** {@return the text that is stored} */
    String encode() {
        StringBuilder text = new StringBuilder(VERSION);
        add(text, WHOLE, Boolean.toString(whole));
        add(text, BOUND, Long.toString(bound));
        add(text, PLANNED, length() + "." + String.join("", planned));
        roles.forEach((id, role) -> add(text, role.name(), id));
        named.forEach((name, id) -> add(text, name.equals(FolderTree.RECOVERABLE) ? RECOVERABLE : name, id));
        return text.toString();
    }

    private static void add(StringBuilder text, String name, String value) {
        text.append(' ').append(name).append('=').append(value);
    }

    /** Reads a stored text; null if it is none of this version. */
    static @Nullable FolderPin decode(@Nullable String text) {
        if (text == null || !text.startsWith(VERSION + " ")) {
            return null;
        }
        Map<String, FolderRole> roles = new HashMap<>();
        Map<String, String> named = new HashMap<>();
        Map<String, String> others = new HashMap<>();
        try {
            for (String part : text.substring(VERSION.length() + 1).split(" ", -1)) {
                int equals = part.indexOf('=');
                String name = part.substring(0, equals);
                String value = part.substring(equals + 1);
                if (Set.of(WHOLE, BOUND, PLANNED).contains(name)) {
                    others.put(name, value);
                } else if (name.equals(RECOVERABLE)) {
                    named.put(FolderTree.RECOVERABLE, value);
                } else if (FolderTree.isFurtherName(name)) {
                    named.put(name, value);
                } else {
                    roles.put(value, FolderRole.valueOf(name));
                }
            }
            return new FolderPin(
                    Boolean.parseBoolean(others.get(WHOLE)),
                    roles,
                    named,
                    Long.parseLong(others.getOrDefault(BOUND, "")),
                    planned(others.getOrDefault(PLANNED, "")));
        } catch (IllegalArgumentException | IndexOutOfBoundsException otherVersion) {
            return null;
        }
    }

    private static Set<String> planned(String text) {
        int dot = text.indexOf('.');
        int length = Integer.parseInt(text.substring(0, dot));
        Set<String> planned = new HashSet<>();
        for (int at = dot + 1; at < text.length(); at += length) {
            planned.add(text.substring(at, at + length));
        }
        return planned;
    }
}
