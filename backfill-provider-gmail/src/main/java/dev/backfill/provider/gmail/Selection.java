package dev.backfill.provider.gmail;

import dev.backfill.model.FolderRole;
import dev.backfill.spi.MailQuery;
import dev.backfill.spi.SourceException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which messages a query means: what to ask the server, and the check of each answer. A window of several folders is one list
 * of ids, gathered folder by folder before anything is fetched, so that a message with two labels is read once. Immutable and
 * thread-safe.
 */
final class Selection {
    /** The code where the mailbox has no label that a query names. */
    static final String NOT_FOUND = "FOLDER_NOT_FOUND";

    private static final String NOT_ARCHIVED = "-in:inbox -in:sent -in:drafts";

    private final boolean all;
    private final boolean archive;
    private final Set<String> labelIds;
    private final boolean contents;

    private Selection(boolean all, boolean archive, Set<String> labelIds, boolean contents) {
        this.all = all;
        this.archive = archive;
        this.labelIds = labelIds;
        this.contents = contents;
    }

    /** True if the contents of the messages' attachments will be asked for. */
    boolean withContents() {
        return contents;
    }

    /** True if the mailbox's labels must be known to understand the query's folders. */
    static boolean needsLabels(MailQuery query) {
        return query.folders().stream().anyMatch(folder -> !isRole(folder));
    }

    /**
     * Understands a query's folders as they were when its job began.
     *
     * @param query the query
     * @param labelIds the labels of the user's own that it meant then, see {@link #named}
     */
    static Selection of(MailQuery query, Collection<String> labelIds) {
        boolean all = query.folders().isEmpty();
        boolean archive = false;
        Set<String> ids = new LinkedHashSet<>();
        for (String folder : query.folders()) {
            FolderRole role = FolderRole.ofCode(folder).orElse(FolderRole.OTHER);
            if (folder.toLowerCase(Locale.ROOT).equals(FolderRole.ALL)) {
                all = true;
            } else if (role == FolderRole.ARCHIVE) {
                archive = true;
            } else if (role != FolderRole.OTHER) {
                Labels.ofRole(role).ifPresent(ids::add);
            }
        }
        ids.addAll(labelIds);
        if (query.includeDeleted()) {
            ids.add(Labels.TRASH);
        }
        return new Selection(all, archive && !all, ids, query.attachments());
    }

    /**
     * The ids of the labels that a query names otherwise than by a role.
     *
     * @param query the query
     * @param labels the mailbox's labels; may be null unless {@link #needsLabels}
     * @throws SourceException of kind FAIL_JOB and code {@link #NOT_FOUND} if one of them is none of the mailbox's
     */
    static Set<String> named(MailQuery query, @Nullable Labels labels) {
        Set<String> ids = new LinkedHashSet<>();
        for (int i = 0; i < query.folders().size(); i++) {
            String folder = query.folders().get(i);
            if (!isRole(folder)) {
                ids.add(labelled(folder, i, labels));
            }
        }
        return ids;
    }

    private static boolean isRole(String folder) {
        return folder.equalsIgnoreCase(FolderRole.ALL)
                || FolderRole.ofCode(folder)
                        .filter(role -> role != FolderRole.OTHER)
                        .isPresent();
    }

    /** The label's id; what is not found is named by its place, for labels' names are the user's and this goes to logs. */
    private static String labelled(String folder, int place, @Nullable Labels labels) {
        return Optional.ofNullable(labels)
                .flatMap(known -> known.find(folder))
                .orElseThrow(() -> SourceException.of(
                                SourceException.Kind.FAIL_JOB, SourceException.Scope.MAILBOX, NOT_FOUND)
                        .build("the mailbox has no label of the id, name or path that folders[" + place
                                + "] of the request gives"));
    }

    /** What to ask the server for, so that its answers together are everything meant in a stretch of time. */
    List<GmailClient.ListQuery> queries(String dates) {
        List<GmailClient.ListQuery> queries = new ArrayList<>();
        if (all) {
            queries.add(new GmailClient.ListQuery(dates, null, false));
        }
        if (archive) {
            queries.add(new GmailClient.ListQuery((dates + " " + NOT_ARCHIVED).strip(), null, false));
        }
        for (String labelId : labelIds) {
            boolean hidden = labelId.equals(Labels.TRASH) || labelId.equals(Labels.SPAM);
            if (hidden || !all) {
                queries.add(new GmailClient.ListQuery(dates, labelId, hidden));
            }
        }
        return queries;
    }

    /** Says whether a message is meant, by the ids of the labels it bears. */
    boolean accepts(Collection<String> labels) {
        if (labels.contains(Labels.CHAT)) {
            return false;
        }
        if (labels.contains(Labels.TRASH)) {
            return labelIds.contains(Labels.TRASH);
        }
        if (labels.contains(Labels.SPAM)) {
            return labelIds.contains(Labels.SPAM);
        }
        return all || archive && isArchived(labels) || labels.stream().anyMatch(labelIds::contains);
    }

    /** Says whether messages are meant for bearing a label, unless it is one of all mail. */
    boolean names(String labelId) {
        return labelIds.contains(labelId);
    }

    private static boolean isArchived(Collection<String> labels) {
        return !labels.contains(Labels.INBOX) && !labels.contains(Labels.SENT) && !labels.contains(Labels.DRAFT);
    }

    /** Gmail's search by seconds; null bounds are left out. */
    static String dates(@Nullable Instant from, @Nullable Instant to) {
        StringBuilder search = new StringBuilder();
        // Gmail's search knows no time before 1970.
        if (from != null && from.getEpochSecond() > 0) {
            search.append("after:").append(from.getEpochSecond());
        }
        if (to != null) {
            search.append(search.isEmpty() ? "" : " ").append("before:").append(to.getEpochSecond());
        }
        return search.toString();
    }
}
