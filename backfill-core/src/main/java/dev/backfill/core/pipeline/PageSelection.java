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
     * @param walkEntries how many messages the page adds to its walk
     * @param cut true if the job's bound of messages ended the page early
     */
    record Selected(List<PageItem> items, long walkEntries, boolean cut) {}

    private final MessageLimit limit;
    private final boolean distinct;
    private final SeenIds inThisWalk;
    private final SeenIds published;

    /**
     * @param limit the job's bound of messages
     * @param distinct true where a message comes once (a window), false where it may change twice (changes)
     * @param inThisWalk ids listed in this walk before it was interrupted; taken over
     * @param published ids that reached the sink in this and earlier walks; only read
     */
    PageSelection(MessageLimit limit, boolean distinct, SeenIds inThisWalk, SeenIds published) {
        this.limit = limit;
        this.distinct = distinct;
        this.inThisWalk = inThisWalk;
        this.published = published;
    }

    Selected select(List<PageItem> items) {
        List<PageItem> selected = new ArrayList<>(items.size());
        long walkEntries = 0;
        for (PageItem item : items) {
            String id = distinct ? idOf(item) : null;
            if (id != null && !inThisWalk.add(id)) {
                continue;
            }
            if (id != null && published.contains(id)) {
                walkEntries++;
                continue;
            }
            if (!(item instanceof PageItem.Skipped) && !limit.take()) {
                return new Selected(selected, walkEntries, true);
            }
            walkEntries++;
            selected.add(item);
        }
        return new Selected(selected, walkEntries, false);
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
