package dev.backfill.provider.gmail;

import dev.backfill.model.FolderRole;
import dev.backfill.model.MailFolder;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The mailbox's labels as folders and as what a message bears. Gmail has labels only; six of its own stand for folders.
 * Immutable and thread-safe.
 */
final class Labels {
    static final String TRASH = "TRASH";
    static final String SPAM = "SPAM";
    static final String INBOX = "INBOX";
    static final String SENT = "SENT";
    static final String DRAFT = "DRAFT";
    static final String CHAT = "CHAT";
    static final String UNREAD = "UNREAD";
    static final String STARRED = "STARRED";

    private static final Map<String, FolderRole> ROLES = Map.of(
            INBOX, FolderRole.INBOX,
            SENT, FolderRole.SENT,
            DRAFT, FolderRole.DRAFTS,
            TRASH, FolderRole.DELETED,
            SPAM, FolderRole.JUNK);

    private final Map<String, ListJson.Label> byId;

    private Labels(Map<String, ListJson.Label> byId) {
        this.byId = byId;
    }

    static Labels of(List<ListJson.Label> labels) {
        Map<String, ListJson.Label> byId = new TreeMap<>();
        for (ListJson.Label label : labels) {
            byId.put(label.id(), label);
        }
        return new Labels(byId);
    }

    /** The label that stands for a role; empty for those Gmail has none for. */
    static Optional<String> ofRole(FolderRole role) {
        return ROLES.entrySet().stream()
                .filter(entry -> entry.getValue() == role)
                .map(Map.Entry::getKey)
                .findFirst();
    }

    /** True if the label is one of Gmail's own that stand for folders, which nobody can delete. */
    static boolean isGmails(String labelId) {
        return ROLES.containsKey(labelId);
    }

    /** The label meant by an id, a path or a name, whatever its case; an exact match wins, an id over a name. */
    Optional<String> find(String name) {
        if (byId.containsKey(name)) {
            return Optional.of(name);
        }
        Optional<String> exact = byId.values().stream()
                .filter(label -> label.name().equals(name))
                .map(ListJson.Label::id)
                .findFirst();
        if (exact.isPresent()) {
            return exact;
        }
        String lower = name.toLowerCase(Locale.ROOT);
        return byId.values().stream()
                .filter(label -> label.name().toLowerCase(Locale.ROOT).equals(lower)
                        || label.id().toLowerCase(Locale.ROOT).equals(lower))
                .map(ListJson.Label::id)
                .findFirst();
    }

    /** What a reader calls a label: a user's own by its name, Gmail's by their id, which is the same in every language. */
    String shown(String labelId) {
        ListJson.Label label = byId.get(labelId);
        return label == null || isSystem(label) ? labelId : label.name();
    }

    /** True if a label is one of these, by its id or by what a reader calls it. */
    boolean shows(String label) {
        return byId.containsKey(label)
                || byId.values().stream().anyMatch(one -> one.name().equals(label));
    }

    List<String> shown(List<String> labelIds) {
        return labelIds.stream().map(this::shown).toList();
    }

    List<String> ids() {
        return List.copyOf(byId.keySet());
    }

    /** The folders, Gmail's own first, parents before children. */
    List<MailFolder> folders() {
        List<MailFolder> folders = new ArrayList<>();
        for (ListJson.Label label : byId.values()) {
            if (!label.id().equals(CHAT)) {
                FolderRole role = ROLES.getOrDefault(label.id(), FolderRole.OTHER);
                String path = label.name();
                String name = isSystem(label) ? path : path.substring(path.lastIndexOf('/') + 1);
                folders.add(new MailFolder(
                        label.id(), name.isEmpty() ? path : name, path, role, label.hidden(), label.messages()));
            }
        }
        folders.sort(Comparator.comparing(MailFolder::role).thenComparing(MailFolder::path));
        return List.copyOf(folders);
    }

    private static boolean isSystem(ListJson.Label label) {
        return label.type().isEmpty()
                ? ROLES.containsKey(label.id()) || label.id().equals(label.name())
                : label.type().equals("system");
    }
}
