package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.ThreadedIds.Entry;
import dev.backfill.spi.SourceException;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is remembered of a window while it is walked: the messages it listed, those that were fetched and found no room in their
 * page yet, and the threads that are too big to be read whole. Nothing of it is stored; after a restart the window is listed
 * again. Used by one thread at a time.
 */
final class WindowList {
    /** The most heap of messages that were fetched but found no room in their page; one is always kept. */
    static final long MAX_AHEAD_BYTES = 2L << 20;

    /** How much to get where a page has so much room left, and so much is fetched already: 1 or more. */
    static long toGet(long room, long fetched) {
        return Math.max(1, room > Long.MAX_VALUE - MAX_AHEAD_BYTES ? Long.MAX_VALUE : room + MAX_AHEAD_BYTES - fetched);
    }

    private final int pass;
    private final ThreadedIds walked;
    private final ThreadedIds known;
    private final Map<String, Fetched> ahead = new HashMap<>();
    private final Set<String> bigThreads = new HashSet<>();
    private final Set<Entry> missed = new LinkedHashSet<>();

    private WindowList(int pass, ThreadedIds walked, ThreadedIds known) {
        this.pass = pass;
        this.walked = walked;
        this.known = known;
    }

    /** What a window listed first. */
    static WindowList of(ThreadedIds ids) {
        return new WindowList(0, ids, ids);
    }

    /** What came since: the next pass walks that alone. */
    WindowList then(List<Entry> late, ThreadedIds listedNow) {
        WindowList next = new WindowList(pass + 1, IdList.ofEntries(late).intoThreads(), listedNow);
        next.missed.addAll(missed);
        return next;
    }

    /**
     * Hears that a list made just now stands for one that is lost: what is in front of the place and was not read is missed.
     *
     * @throws SourceException of kind RESTART_PARTITION if too much of it has changed to tell
     */
    void standsFor(WindowPosition from) {
        List<Entry> unread = from.walked().lacks(walked, next(from));
        if (unread == null) {
            throw changed();
        }
        missed.addAll(unread);
    }

    /** {@return what ends a walk whose list is no longer the one it began with} */
    static SourceException changed() {
        return SourceException.of(
                        SourceException.Kind.RESTART_PARTITION, SourceException.Scope.PARTITION, "LIST_CHANGED")
                .build("the list of a window is so different from the one before that it is read again");
    }

    /** {@return what leaves a walk to a later run, as the server lists nothing where there is something} */
    static SourceException wronglyEmpty() {
        return SourceException.of(SourceException.Kind.RETRY, SourceException.Scope.PARTITION, "LIST_EMPTY")
                .build("Gmail lists nothing in a window where a message is that it listed there before");
    }

    /** Hears that the walk passed over a message without reading it, as the server says that it is gone. */
    void missed(Entry entry) {
        missed.add(entry);
    }

    /** Hears that a message was read, after all perhaps. */
    void had(Entry entry) {
        missed.remove(entry);
    }

    /** The messages that the walk has passed over unread and that a later list names. */
    List<Entry> missedOf(ThreadedIds later) {
        return missed.stream().filter(later::contains).toList();
    }

    int pass() {
        return pass;
    }

    /** The messages to walk. */
    ThreadedIds ids() {
        return walked;
    }

    /** All messages that the window is known to list. */
    ThreadedIds known() {
        return known;
    }

    /**
     * Finds where a walk goes on.
     *
     * @throws SourceException of kind RESTART_PARTITION if what came in crowds was walked in an earlier life: what it was nobody
     *     knows any more
     */
    int next(WindowPosition from) {
        if (from.pass() != pass) {
            throw WindowPosition.unreadable();
        }
        return from.last() == null ? 0 : walked.behind(from.last());
    }

    boolean isBig(String threadId) {
        return bigThreads.contains(threadId);
    }

    void foundBig(Collection<String> threadIds) {
        bigThreads.addAll(threadIds);
    }

    /** A message that was fetched and not handed over yet; null for none. */
    @Nullable
    Fetched ahead(String id) {
        return ahead.get(id);
    }

    void keepAhead(Collection<Fetched> fetched) {
        fetched.forEach(one -> ahead.put(one.id(), one));
    }

    /** The heap of all that was fetched and not handed over yet. */
    long aheadBytes() {
        return ahead.values().stream().mapToLong(Fetched::heapBytes).sum();
    }

    void handedOver(String id) {
        ahead.remove(id);
    }

    /**
     * Forgets what is too much to be kept for the next page, and all errors, which are to be seen anew. A thread of which
     * something is forgotten is not read whole again: bytes are dearer than units.
     */
    void trimAhead(int next) {
        Map<String, Fetched> kept = new HashMap<>();
        long bytes = 0;
        int left = ahead.size();
        for (int place = next; place < walked.size() && left > 0; place++) {
            Fetched one = ahead.get(walked.id(place));
            if (one == null) {
                continue;
            }
            left--;
            bytes += one.heapBytes();
            if (one.error() == null && (bytes <= MAX_AHEAD_BYTES || kept.isEmpty())) {
                kept.put(one.id(), one);
            } else {
                bigThreads.add(walked.threadId(place));
            }
        }
        ahead.clear();
        ahead.putAll(kept);
    }
}
