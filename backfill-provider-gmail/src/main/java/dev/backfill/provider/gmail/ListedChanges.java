package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.HistoryJson.Change;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Changes as they were listed: those of one page, oldest first, and what is known already of those behind it. Immutable once made.
 */
final class ListedChanges {
    private final List<Change> ofPage;
    private final Map<String, List<Change>> inPage = new HashMap<>();
    private final Map<String, List<Change>> behind = new HashMap<>();

    /**
     * @param all what was listed, oldest first
     * @param first the first change of the page
     * @param end behind its last
     */
    ListedChanges(List<Change> all, int first, int end) {
        this.ofPage = List.copyOf(all.subList(first, end));
        sort(ofPage, inPage);
        sort(all.subList(end, all.size()), behind);
    }

    private static void sort(List<Change> changes, Map<String, List<Change>> byMessage) {
        for (Change change : changes) {
            byMessage
                    .computeIfAbsent(change.messageId(), unused -> new ArrayList<>())
                    .add(change);
        }
    }

    /** The page's changes. */
    List<Change> ofPage() {
        return ofPage;
    }

    /** The page's changes of a message. */
    List<Change> inPage(String messageId) {
        return inPage.getOrDefault(messageId, List.of());
    }

    /** All that is known of a message from this page on. */
    List<Change> fromHere(String messageId) {
        List<Change> all = new ArrayList<>(inPage(messageId));
        all.addAll(behind.getOrDefault(messageId, List.of()));
        return all;
    }

    /** True if the last that is known of a message is that it was deleted. */
    boolean endsDeleted(String messageId) {
        List<Change> all = fromHere(messageId);
        return all.get(all.size() - 1).deleted();
    }
}
