package dev.backfill.provider.gmail;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Messages thread by thread: in the order of their threads' ids, and within a thread of their own. Neither changes as long as a
 * message lives, so whatever comes or goes, a place between two messages stays the same place. Gmail's own ids, 16 hexadecimal
 * digits, take 16 bytes a message; others are kept as texts. Immutable and thread-safe.
 */
final class ThreadedIds {
    private static final Comparator<Entry> ORDER =
            Comparator.comparing(Entry::threadId).thenComparing(Entry::id);

    private final long[] threads;
    private final long[] ids;

    /** The messages as texts, where one of their ids is no number; else empty. */
    private final List<Entry> texts;

    /**
     * A message.
     *
     * @param threadId its thread
     * @param id its id
     */
    record Entry(String threadId, String id) {}

    private ThreadedIds(long[] threads, long[] ids, List<Entry> texts) {
        this.threads = threads;
        this.ids = ids;
        this.texts = texts;
    }

    /** Orders ids that are numbers; the arrays are kept and put in order. */
    static ThreadedIds ofNumbers(long[] threads, long[] ids) {
        PairSort.sort(threads, ids);
        return new ThreadedIds(threads, ids, List.of());
    }

    static ThreadedIds ofTexts(List<Entry> entries) {
        return new ThreadedIds(
                new long[0], new long[0], entries.stream().sorted(ORDER).toList());
    }

    private boolean isText() {
        return !texts.isEmpty();
    }

    int size() {
        return isText() ? texts.size() : ids.length;
    }

    boolean isEmpty() {
        return size() == 0;
    }

    String id(int place) {
        return isText() ? texts.get(place).id() : IdList.text(ids[place]);
    }

    String threadId(int place) {
        return isText() ? texts.get(place).threadId() : IdList.text(threads[place]);
    }

    Entry entry(int place) {
        return isText() ? texts.get(place) : new Entry(threadId(place), id(place));
    }

    /** The place behind the last message that has the same thread as the one at a place. */
    int endOfThread(int place) {
        int end = place + 1;
        while (end < size() && isSameThread(place, end)) {
            end++;
        }
        return end;
    }

    private boolean isSameThread(int one, int other) {
        return isText()
                ? texts.get(one).threadId().equals(texts.get(other).threadId())
                : threads[one] == threads[other];
    }

    boolean contains(Entry entry) {
        int behind = behind(entry);
        return behind > 0 && entry(behind - 1).equals(entry);
    }

    /** The place of the first message behind one, which need not be there any more. */
    int behind(Entry last) {
        int low = 0;
        int high = size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ORDER.compare(entry(middle), last) <= 0) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Those of a later list that are not in this one. */
    List<Entry> lacks(ThreadedIds later) {
        List<Entry> lacking = new ArrayList<>();
        int known = 0;
        for (int place = 0; place < later.size(); place++) {
            int order = 1;
            while (known < size() && (order = compare(known, later, place)) < 0) {
                known++;
            }
            if (known == size() || order > 0) {
                lacking.add(later.entry(place));
            }
        }
        return lacking;
    }

    private int compare(int place, ThreadedIds other, int otherPlace) {
        if (isText() || other.isText()) {
            return ORDER.compare(entry(place), other.entry(otherPlace));
        }
        int byThread = Long.compareUnsigned(threads[place], other.threads[otherPlace]);
        return byThread != 0 ? byThread : Long.compareUnsigned(ids[place], other.ids[otherPlace]);
    }
}
