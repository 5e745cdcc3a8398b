package dev.backfill.core.pipeline;

import dev.backfill.spi.PageItem;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Decides which items of a page are new: a message that a shifting list gives twice, or that an earlier walk of the partition
 * published, is not published again. Confined to the walk's thread.
 */
final class PageSelection {
    /**
     * What is left of a page.
     *
     * @param items the items to bring to an outcome; their number is what the page adds to the job's listed messages
     * @param knownPublished how many more messages of the walk an earlier walk had published
     * @param knownFailed how many more had failed there
     * @param cut true if the job's bound of messages ended the page early
     */
    record Selected(List<PageItem> items, long knownPublished, long knownFailed, boolean cut) {}

    private final MessageLimit.Share limit;
    private final boolean distinct;
    private final SeenIds inThisWalk;
    private final SeenIds published;
    private final SeenIds failed;

    /**
     * @param limit what the walk may take of the job's bound of messages
     * @param distinct true where a message comes once (a window), false where it may change twice (changes)
     * @param inThisWalk ids listed in this walk before it was interrupted; taken over
     * @param published ids that earlier walks of this run published; only read
     * @param failed ids that have a failure row from earlier walks of this run; only read
     */
    PageSelection(MessageLimit.Share limit, boolean distinct, SeenIds inThisWalk, SeenIds published, SeenIds failed) {
        this.limit = limit;
        this.distinct = distinct;
        this.inThisWalk = inThisWalk;
        this.published = published;
        this.failed = failed;
    }

    Selected select(List<PageItem> items) {
        List<PageItem> selected = new ArrayList<>(items.size());
        long knownPublished = 0;
        long knownFailed = 0;
        for (PageItem item : items) {
            String id = distinct ? idOf(item) : null;
            if (id != null && !inThisWalk.add(id)) {
                continue;
            }
            if (id != null && published.contains(id)) {
                knownPublished++;
                continue;
            }
            if (id != null && failed.contains(id)) {
                knownFailed++;
                continue;
            }
            if (!(item instanceof PageItem.Skipped) && !limit.take()) {
                return new Selected(selected, knownPublished, knownFailed, true);
            }
            selected.add(item);
        }
        return new Selected(selected, knownPublished, knownFailed, false);
    }

    /**
     * {@return a number that is the same for walks that listed the same messages; to be asked for by another thread only once it has
     * the walk's last page}
     */
    long digest() {
        return inThisWalk.digest();
    }

    /** Null where an item names no message. */
    static @Nullable String idOf(PageItem item) {
        if (item instanceof PageItem.Message message) {
            return message.email().id();
        }
        if (item instanceof PageItem.Failed failed) {
            return failed.ref().messageId();
        }
        if (item instanceof PageItem.Skipped skipped) {
            return skipped.messageId();
        }
        return null;
    }
}
