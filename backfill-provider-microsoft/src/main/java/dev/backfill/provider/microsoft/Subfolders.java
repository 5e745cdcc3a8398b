package dev.backfill.provider.microsoft;

import dev.backfill.spi.MailQuery;
import dev.backfill.spi.PageEnd;
import dev.backfill.spi.Partition;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Sees to it that folders which could not be listed are not left out in silence: what may lie inside a folder whose list was
 * refused is a partition of the plan, of the scope {@code children:<the folder's id>}. When it is walked the list is asked for
 * again. Given, the folders in it take the partition's place; refused again, the engine names the scope among what the job
 * skipped. Where a list is refused after some pages, the folders of those take the partition's place and the rest is one of the
 * scope {@code more-children:<the folder's id>}, which is skipped. Stateless.
 */
final class Subfolders {
    private static final String SCOPE = "children:";
    private static final String REST = "more-children:";

    private Subfolders() {}

    /** {@return true if a query means folders that cannot be listed} */
    static boolean areHidden(FolderTree.Tree tree, MailQuery query) {
        return tree.closedFolders().stream().anyMatch(folder -> FolderChoice.sweeps(folder, query));
    }

    /**
     * Gives the partitions of what could not be listed.
     *
     * @param tree all that could be
     * @param among the folders it matters for
     * @param query what is asked for
     * @param from the first second; null for no bound
     * @param to the end, exclusive; null for no bound
     * @return one partition for each folder that the query would have taken with all inside it
     */
    static List<Partition> closed(
            FolderTree.Tree tree, List<Folder> among, MailQuery query, @Nullable Instant from, @Nullable Instant to) {
        return tree.closedFolders().stream()
                .filter(among::contains)
                .filter(folder -> FolderChoice.sweeps(folder, query))
                .map(folder -> Partition.window(SCOPE + folder.id(), from, to))
                .toList();
    }

    /**
     * Finds what is not planned yet, since it lies below a folder whose list broke off and is planned with the rest of it.
     *
     * @param tree all that could be listed
     * @param among where such a folder is looked for
     * @param query what is asked for
     * @return the folders below
     */
    static Set<Folder> later(FolderTree.Tree tree, List<Folder> among, MailQuery query) {
        Set<Folder> later = new HashSet<>();
        for (Folder closed : tree.closedFolders()) {
            if (among.contains(closed) && FolderChoice.sweeps(closed, query)) {
                tree.below(closed.id()).stream()
                        .filter(folder -> FolderChoice.sweeps(folder, query))
                        .forEach(later::add);
            }
        }
        return later;
    }

    /** {@return the folders that are not among some, in their order} */
    static List<Folder> without(Set<Folder> later, List<Folder> folders) {
        return folders.stream().filter(folder -> !later.contains(folder)).toList();
    }

    /** {@return true if a partition is one of these} */
    static boolean isMeant(Partition partition) {
        return partition.scope().startsWith(SCOPE);
    }

    /** {@return true if a partition is the rest of a list that broke off, of which nothing can be read} */
    static boolean isRest(Partition partition) {
        return partition.scope().startsWith(REST);
    }

    /** {@return what the walk of such a rest comes to} */
    static SourceException unlisted() {
        return SourceException.of(
                        SourceException.Kind.SKIP_PARTITION, SourceException.Scope.PARTITION, "FOLDERS_REFUSED")
                .build("The list of the folders inside a folder was refused after some of them");
    }

    /**
     * Walks a partition.
     *
     * @param tree all folders, just read
     * @return the windows of the folders that are listed by now
     * @throws SourceException of kind SKIP_PARTITION if they are refused again, or the folder is gone
     */
    static PageEnd read(FolderTree.Tree tree, WindowPlanner planner, MailQuery query, Partition partition) {
        String id = partition.scope().substring(SCOPE.length());
        SourceException refusal = tree.closed().get(id);
        List<Folder> below = tree.below(id);
        if (refusal != null && below.isEmpty()) {
            throw refusal;
        }
        if (tree.folders().stream().noneMatch(folder -> folder.id().equals(id))) {
            throw SourceException.of(
                            SourceException.Kind.SKIP_PARTITION, SourceException.Scope.PARTITION, "ErrorFolderNotFound")
                    .build("The folder whose folders could not be listed is gone");
        }
        Instant to = partition.to() == null ? query.to() : partition.to();
        List<Folder> now = without(later(tree, below, query), below);
        List<Folder> meant = now.stream()
                .filter(folder -> FolderChoice.sweeps(folder, query))
                .toList();
        List<Partition> instead = new ArrayList<>(planner.plan(meant, partition.from(), to));
        instead.addAll(closed(tree, now, query, partition.from(), to));
        if (refusal != null) {
            instead.add(Partition.window(REST + id, partition.from(), to));
        }
        return instead.isEmpty() ? PageEnd.last(0, 0, null) : PageEnd.replaced(instead, 0, 0);
    }
}
