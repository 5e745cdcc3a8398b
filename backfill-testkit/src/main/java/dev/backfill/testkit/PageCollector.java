package dev.backfill.testkit;

import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageWriter;
import java.util.ArrayList;
import java.util.List;

/** Takes the items of a page for a test, and says STOP after as many as the test wants. Not thread-safe. */
public final class PageCollector implements PageWriter {
    private final int stopAfter;
    private final List<PageItem> items = new ArrayList<>();

    /** Takes everything. */
    public PageCollector() {
        this(Integer.MAX_VALUE);
    }

    /**
     * Says STOP with an item.
     *
     * @param stopAfter with which item, 1 for the first
     */
    public PageCollector(int stopAfter) {
        this.stopAfter = stopAfter;
    }

    @Override
    public Verdict write(PageItem item) {
        if (items.size() >= stopAfter) {
            throw new IllegalStateException("an item was written after STOP");
        }
        items.add(item);
        return items.size() >= stopAfter ? Verdict.STOP : Verdict.CONTINUE;
    }

    /** {@return what was written, in order} */
    public List<PageItem> items() {
        return List.copyOf(items);
    }

    /** {@return the ids of what was written, in order} */
    public List<String> ids() {
        return items.stream().map(PageCollector::id).toList();
    }

    /**
     * Gives the message an item is about.
     *
     * @param item the item
     * @return the provider's message id; empty for a stretch of time
     */
    public static String id(PageItem item) {
        if (item instanceof PageItem.Message message) {
            return message.email().id();
        }
        if (item instanceof PageItem.Deleted deleted) {
            return deleted.messageId();
        }
        if (item instanceof PageItem.Skipped skipped) {
            return skipped.messageId();
        }
        String failed = ((PageItem.Failed) item).ref().messageId();
        return failed == null ? "" : failed;
    }
}
