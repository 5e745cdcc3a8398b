package dev.backfill.core.pipeline;

import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import java.util.ArrayList;
import java.util.List;

/** Collects the items of one page until its room is used. Confined to the thread that fetches. */
final class PageBuffer implements PageWriter {
    static final long SMALL_ITEM_BYTES = 256;

    private final PageLimit limit;
    private final List<PageItem> items = new ArrayList<>();
    private long bytes;
    private int messages;
    private boolean full;
    private boolean bounded = true;

    PageBuffer(PageLimit limit) {
        this.limit = limit;
    }

    @Override
    public Verdict write(PageItem item) {
        if (full) {
            throw new IllegalStateException("the page is full; it should have ended");
        }
        items.add(item);
        messages++;
        bytes += Page.bytesOf(item);
        full = bounded && (messages >= limit.messages() || bytes >= limit.bytes());
        return full ? Verdict.STOP : Verdict.CONTINUE;
    }

    /** Takes whatever comes from now on: the number of items was bounded where they were asked for. */
    void acceptAll() {
        bounded = false;
    }

    List<PageItem> items() {
        return items;
    }

    long bytes() {
        return bytes;
    }
}
