package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.HistoryJson.Change;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Says from history records whether a job meant a message before it left, so that it may have been published. Google does not
 * say whether the labels in a record are those of its time, or those the message bears now: both are tried. Stateless.
 */
final class PastLabels {
    private PastLabels() {}

    /**
     * Goes back from the newest labels known, change by change, and looks for a state that the job means.
     *
     * @param selection what the job means
     * @param changes the changes of one message, oldest first, at least one
     * @param now the labels it bears now; null when it is gone
     * @return false only if no state was meant; true also when nobody says what its labels were
     */
    static boolean mayHaveBeenMeant(Selection selection, List<Change> changes, @Nullable Collection<String> now) {
        Collection<String> last = changes.get(changes.size() - 1).labels();
        if (last == null && now == null) {
            return true;
        }
        if (changes.stream().anyMatch(change -> change.lost().stream().anyMatch(selection::names))) {
            // Of a move that another page tells the other half of, going back would find no state that was ever there.
            return true;
        }
        return last != null && wasMeant(selection, changes, last)
                || now != null && wasMeant(selection, changes, now)
                || changes.stream().anyMatch(change -> change.labels() != null && selection.accepts(change.labels()));
    }

    private static boolean wasMeant(Selection selection, List<Change> changes, Collection<String> last) {
        Set<String> labels = new HashSet<>(last);
        if (selection.accepts(labels)) {
            return true;
        }
        for (int i = changes.size() - 1; i >= 0; i--) {
            Change change = changes.get(i);
            if (change.added()) {
                // Before that it was not there.
                return false;
            }
            labels.removeAll(change.gained());
            labels.addAll(change.lost());
            if (selection.accepts(labels)) {
                return true;
            }
        }
        return false;
    }
}
