package dev.backfill.provider.microsoft;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.SourceException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * Finds the folders that a query means.
 *
 * <p>No name, or {@code all}: every folder that users see, but for the deleted items, the junk, and the folders inside them.
 * {@code hidden}: every folder that they do not see, but for those in these two.
 * {@code deleted} and {@code junk}: that folder and all inside it, for a folder thrown away lies there with its mail. Any other
 * role ({@code inbox}, {@code sent}, {@code drafts}, {@code archive}), well-known name of the service, id, path or display
 * name: that folder alone, a display name every folder that has it; names and paths in any case. Deleted mail included: the
 * deleted items, the folders inside, and what can be recovered after that.
 */
final class FolderChoice {
    /** The name under which a request means the folders that users do not see. */
    private static final String HIDDEN = "hidden";

    /** The code of the error that a name is no folder's. */
    static final String NOT_FOUND = "FOLDER_NOT_FOUND";

    private FolderChoice() {}

    /**
     * Chooses.
     *
     * @param tree all folders, and the well-known ones that may not be read: one that is asked for is chosen all the same
     * @param named by the service's further names, the folders that the query names so
     * @param recoverable the folder of recoverable items; null if it is not asked for or not shown
     * @param query what is asked for
     * @return the folders, the inbox first, each once
     * @throws SourceException of kind FAIL_JOB and code FOLDER_NOT_FOUND for a name that none has
     */
    static List<Folder> choose(
            FolderTree.Tree tree, Map<String, Folder> named, @Nullable Folder recoverable, MailQuery query) {
        List<Folder> chosen = new ArrayList<>();
        if (query.folders().isEmpty()) {
            chosen.addAll(where(tree.folders(), FolderChoice::isOrdinary));
        }
        for (int i = 0; i < query.folders().size(); i++) {
            String name = query.folders().get(i);
            List<Folder> found = find(tree, named, name);
            if (found.isEmpty() && !lower(name).equals(HIDDEN)) {
                throw notFound(i);
            }
            chosen.addAll(found);
        }
        if (query.includeDeleted()) {
            chosen.addAll(where(tree.folders(), folder -> folder.within() == FolderRole.DELETED));
            Folder deleted = tree.refused().get(FolderRole.DELETED);
            if (deleted != null) {
                chosen.add(deleted);
            }
            if (recoverable != null) {
                chosen.add(recoverable);
            }
        }
        // By its id: a folder that was moved meanwhile may be told of twice, once here and once there.
        Map<String, Folder> distinct = new LinkedHashMap<>();
        chosen.forEach(folder -> distinct.putIfAbsent(folder.id(), folder));
        List<Folder> ordered = new ArrayList<>(distinct.values());
        ordered.sort((left, right) -> Integer.compare(rank(left), rank(right)));
        return List.copyOf(ordered);
    }

    /**
     * Says whether a query means a folder, and all that would lie in it, for where it lies rather than for its name. So it tells
     * whether folders that could not be listed would have been meant.
     */
    static boolean sweeps(Folder folder, MailQuery query) {
        boolean all = query.folders().isEmpty();
        boolean hidden = false;
        boolean within = query.includeDeleted() && folder.within() == FolderRole.DELETED;
        for (String name : query.folders()) {
            String lower = lower(name);
            all |= lower.equals(FolderRole.ALL);
            hidden |= lower.equals(HIDDEN);
            FolderRole role = role(lower);
            within |= role != null && isWhole(role) && folder.within() == role;
        }
        return within || all && isOrdinary(folder) || hidden && isUnseen(folder);
    }

    /**
     * Says where a query means the folders that users do not see: they are found only by who looks for them.
     *
     * @return of DELETED, JUNK and OTHER, which means all the rest, the places whose hidden folders it takes with all others there
     */
    static Set<FolderRole> unseen(MailQuery query) {
        return Stream.of(FolderRole.OTHER, FolderRole.DELETED, FolderRole.JUNK)
                .filter(place -> sweeps(new Folder("", null, "", "", FolderRole.OTHER, place, true, null), query))
                .collect(Collectors.toUnmodifiableSet());
    }

    private static String lower(String name) {
        return name.strip().toLowerCase(Locale.ROOT);
    }

    /** Says which of the names it is by its place: what users call their folders is theirs, and this goes to logs and rows. */
    private static SourceException notFound(int place) {
        return SourceException.of(SourceException.Kind.FAIL_JOB, SourceException.Scope.MAILBOX, NOT_FOUND)
                .build("The mailbox has no folder that folders[" + place
                        + "] of the request could mean; name a role (inbox, sent, drafts, archive, deleted, junk, all, hidden), a path,"
                        + " a display name or an id");
    }

    private static List<Folder> find(FolderTree.Tree all, Map<String, Folder> named, String name) {
        List<Folder> tree = all.folders();
        String lower = lower(name);
        if (lower.equals(FolderRole.ALL)) {
            return where(tree, FolderChoice::isOrdinary);
        }
        if (lower.equals(HIDDEN)) {
            return where(tree, FolderChoice::isUnseen);
        }
        FolderRole role = role(lower);
        if (role != null) {
            Folder refused = all.refused().get(role);
            if (refused != null) {
                return List.of(refused);
            }
            List<Folder> found = where(tree, withRole(role));
            if (!found.isEmpty()) {
                return found;
            }
        }
        Folder known = named.get(lower);
        if (known != null) {
            return List.of(known);
        }
        List<Folder> byId = where(tree, folder -> folder.id().equals(name.strip()));
        if (!byId.isEmpty()) {
            return byId;
        }
        List<Folder> byPath =
                where(tree, folder -> folder.path().toLowerCase(Locale.ROOT).equals(lower));
        return byPath.isEmpty()
                ? where(tree, folder -> folder.name().toLowerCase(Locale.ROOT).equals(lower))
                : byPath;
    }

    private static @Nullable FolderRole role(String lower) {
        return FolderRole.ofCode(lower).orElseGet(() -> FolderTree.roleOf(lower));
    }

    /** {@return true if the role means its folder and all inside} */
    private static boolean isWhole(FolderRole role) {
        return role == FolderRole.DELETED || role == FolderRole.JUNK;
    }

    private static Predicate<Folder> withRole(FolderRole role) {
        return isWhole(role) ? folder -> folder.within() == role : folder -> folder.role() == role;
    }

    private static boolean isOrdinary(Folder folder) {
        return !folder.isDeletedOrJunk() && !folder.hidden();
    }

    private static boolean isUnseen(Folder folder) {
        return !folder.isDeletedOrJunk() && folder.hidden();
    }

    private static int rank(Folder folder) {
        return switch (folder.role()) {
            case INBOX -> 0;
            case SENT -> 1;
            case ARCHIVE -> 2;
            case DRAFTS -> 4;
            case JUNK, DELETED -> 5;
            case OTHER -> folder.isDeletedOrJunk() ? 6 : 3;
        };
    }

    private static List<Folder> where(List<Folder> tree, Predicate<Folder> wanted) {
        return tree.stream().filter(wanted).toList();
    }
}
