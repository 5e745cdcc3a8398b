package dev.backfill.core.pipeline;

import dev.backfill.core.throttle.Room;
import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageLimit;
import dev.backfill.spi.PageWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Collects the items of one page until its room is used. Confined to the thread that fetches. */
final class PageBuffer implements PageWriter {
    static final long SMALL_ITEM_BYTES = 256;

    private final PageLimit limit;
    private final Room room;
    private final List<PageItem> items = new ArrayList<>();
    private final Map<String, String> scopes = new HashMap<>();
    private long bytes;
    private int messages;
    private boolean full;
    private boolean bounded = true;

    /**
     * @param limit what the page may hold
     * @param room the memory for it; waited for before the first item if a provider gives items without having sent a request
     */
    PageBuffer(PageLimit limit, Room room) {
        this.limit = limit;
        this.room = room;
    }

    @Override
    public Verdict write(PageItem item) {
        if (full) {
            throw new IllegalStateException("the page is full; it should have ended");
        }
        if (items.isEmpty()) {
            room.keep();
        }
        items.add(item);
        messages++;
        bytes += Page.bytesOf(item);
        room.holdsAtLeast(bytes);
        full = bounded && (messages >= limit.messages() || bytes >= limit.bytes());
        return full ? Verdict.STOP : Verdict.CONTINUE;
    }

    /** Takes whatever comes from now on: the number of items was bounded where they were asked for. */
    void acceptAll() {
        bounded = false;
    }

    /** Says in which scope a message was met, where the page holds messages of several. */
    void metIn(String scope, String messageId) {
        scopes.put(messageId, scope);
    }

    /** The scope in which a message was met; the usual one unless said otherwise. */
    String scopeOf(String messageId, String usual) {
        return scopes.getOrDefault(messageId, usual);
    }

    List<PageItem> items() {
        return items;
    }

    long bytes() {
        return bytes;
    }
}
