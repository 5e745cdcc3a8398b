package dev.backfill.testkit.gmail;

import dev.backfill.testkit.mail.StoredMail;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * A message as it stands in a fake Gmail at one moment. Immutable and thread-safe.
 *
 * @param mail the message
 * @param labelIds the ids of its labels
 * @param historyId the record that changed it last
 */
record GmailItem(StoredMail mail, SortedSet<String> labelIds, long historyId) {
    GmailItem {
        labelIds = java.util.Collections.unmodifiableSortedSet(new TreeSet<>(labelIds));
    }

    String id() {
        return mail.id();
    }

    String threadId() {
        return mail.threadKey();
    }

    long millis() {
        return mail.receivedAt().toEpochMilli();
    }

    boolean has(String labelId) {
        return labelIds.contains(labelId);
    }

    boolean hasAll(List<String> wanted) {
        return labelIds.containsAll(wanted);
    }

    boolean isHidden() {
        return has(GmailMailbox.TRASH) || has(GmailMailbox.SPAM);
    }
}
