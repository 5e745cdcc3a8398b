package dev.backfill.provider.microsoft;

import dev.backfill.spi.PageItem;
import dev.backfill.spi.PageWriter;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;

/**
 * Which folder's changes told of a message in a revision, as long as the mailbox is open: a message that moved is told of by
 * both folders, and is to be handed over and counted once. The folder that was first may tell of it as often as its pages are
 * read. Pages take turns from what they ask here to what they note here, or two that are read at once would both tell.
 * Bounded; what is forgotten comes twice, under the same key. Thread-safe.
 */
final class HandedOver {
    private static final int MOST = 20_000;

    private final ReentrantLock turn = new ReentrantLock();
    private final Object lock = new Object();
    private final Map<String, String> tellers = new LinkedHashMap<>();

    /** {@return a short text for a message in a revision} */
    static String mark(String id, String revision) {
        return KeysetPosition.hash(id + "\n" + revision);
    }

    /** Runs what hands a page over and notes it, when no other page is at it. {@return what that gives} */
    <T> T inTurn(Supplier<T> page) {
        turn.lock();
        try {
            return page.get();
        } finally {
            turn.unlock();
        }
    }

    /** {@return true if another scope told of it} */
    boolean byOther(String scope, String mark) {
        synchronized (lock) {
            String teller = tellers.get(mark);
            return teller != null && !teller.equals(scope);
        }
    }

    /** Gives a writer that notes of each message that comes by a walk that it is there, whatever changes told before. */
    PageWriter walking(PageWriter writer) {
        return item -> {
            if (item instanceof PageItem.Message message) {
                synchronized (lock) {
                    if (!tellers.isEmpty()) {
                        tellers.remove(mark(message.email().id(), ""));
                    }
                }
            }
            return writer.write(item);
        };
    }

    /**
     * Takes note of what a page handed over, once all of it is with the engine.
     *
     * @param scope whose changes told of it
     * @param marks of what
     * @param outdated what does not hold any more: the deletion of a message that is there again
     */
    void add(String scope, List<String> marks, List<String> outdated) {
        synchronized (lock) {
            outdated.forEach(tellers::remove);
            for (String mark : marks) {
                tellers.putIfAbsent(mark, scope);
                if (tellers.size() > MOST) {
                    tellers.remove(tellers.keySet().iterator().next());
                }
            }
        }
    }
}
