package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.ThreadedIds.Entry;
import java.util.AbstractList;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.RandomAccess;
import org.jspecify.annotations.Nullable;

/**
 * Message ids in the order they came, each once, and their threads'. Gmail's own, 16 hexadecimal digits in lower case, take 24 to
 * 48 bytes a message with all it takes to find them again, so that even a window of a million messages is held; any others are
 * kept as texts. What is kept for the walk is {@link #byThread()}.
 * Filled by one thread; only read from then on, and thread-safe by then.
 */
final class IdList extends AbstractList<String> implements RandomAccess {
    private static final int DIGITS = 16;
    private static final int BITS_A_DIGIT = 4;
    private static final int FIRST_CAPACITY = 64;
    private static final long SPREAD = 0x9E3779B97F4A7C15L;

    /** Each id as a number; of a text a hash. */
    private long[] numbers = new long[FIRST_CAPACITY];

    /** Each message's thread as a number; of a text nothing. */
    private long[] threads = new long[FIRST_CAPACITY];

    /** Finds places by numbers, by open addressing: a place and one, or 0 where nothing is; twice as long as the numbers. */
    private int[] table = new int[2 * FIRST_CAPACITY];

    /** The ids that are no such numbers, by their places. */
    private final Map<Integer, String> texts = new HashMap<>();

    /** The threads' ids that are no such numbers, by their messages' places. */
    private final Map<Integer, String> threadTexts = new HashMap<>();

    private int size;

    static IdList of(List<String> ids) {
        IdList list = new IdList();
        ids.forEach(list::include);
        return list;
    }

    static IdList ofEntries(Collection<Entry> messages) {
        IdList list = new IdList();
        messages.forEach(one -> list.include(one.id(), one.threadId()));
        return list;
    }

    /** Adds a message at the end that is a thread by itself; false if it was there already. */
    boolean include(String id) {
        return include(id, id);
    }

    /** Adds a message at the end; false if it was there already. */
    boolean include(String id, String threadId) {
        boolean isNumber = isNumber(id);
        long number = isNumber ? Long.parseUnsignedLong(id, DIGITS) : id.hashCode();
        if (!include(number, isNumber ? null : id)) {
            return false;
        }
        if (isNumber(threadId)) {
            threads[size - 1] = Long.parseUnsignedLong(threadId, DIGITS);
        } else {
            threadTexts.put(size - 1, threadId);
        }
        return true;
    }

    private boolean include(long number, @Nullable String text) {
        int slot = slot(number, text);
        if (table[slot] != 0) {
            return false;
        }
        if (size == numbers.length) {
            grow();
            slot = slot(number, text);
        }
        if (text != null) {
            texts.put(size, text);
        }
        numbers[size++] = number;
        table[slot] = size;
        return true;
    }

    /** Where in the table an id is, or would be. */
    private int slot(long number, @Nullable String text) {
        int mask = table.length - 1;
        int slot = (int) ((number * SPREAD) >>> 32) & mask;
        while (table[slot] != 0 && !isAt(table[slot] - 1, number, text)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private boolean isAt(int place, long number, @Nullable String text) {
        if (numbers[place] != number) {
            return false;
        }
        String other = texts.isEmpty() ? null : texts.get(place);
        return text == null ? other == null : text.equals(other);
    }

    private void grow() {
        numbers = Arrays.copyOf(numbers, 2 * size);
        threads = Arrays.copyOf(threads, 2 * size);
        table = new int[2 * numbers.length];
        for (int place = 0; place < size; place++) {
            table[slot(numbers[place], texts.get(place))] = place + 1;
        }
    }

    private static boolean isNumber(String id) {
        if (id.length() != DIGITS) {
            return false;
        }
        for (int i = 0; i < DIGITS; i++) {
            char digit = id.charAt(i);
            if ((digit < '0' || digit > '9') && (digit < 'a' || digit > 'f')) {
                return false;
            }
        }
        return true;
    }

    @Override
    public String get(int index) {
        Objects.checkIndex(index, size);
        String text = texts.isEmpty() ? null : texts.get(index);
        if (text != null) {
            return text;
        }
        return text(numbers[index]);
    }

    /** The id that a number stands for. */
    static String text(long id) {
        char[] digits = new char[DIGITS];
        long number = id;
        for (int i = DIGITS - 1; i >= 0; i--) {
            digits[i] = Character.forDigit((int) (number & (DIGITS - 1)), DIGITS);
            number >>>= BITS_A_DIGIT;
        }
        return new String(digits);
    }

    @Override
    public int size() {
        return size;
    }

    @Override
    public int indexOf(@Nullable Object id) {
        if (!(id instanceof String wanted)) {
            return -1;
        }
        boolean isNumber = isNumber(wanted);
        long number = isNumber ? Long.parseUnsignedLong(wanted, DIGITS) : wanted.hashCode();
        return table[slot(number, isNumber ? null : wanted)] - 1;
    }

    @Override
    public boolean contains(@Nullable Object id) {
        return indexOf(id) >= 0;
    }

    /** The same ids in the order of their texts. */
    IdList sorted() {
        if (!texts.isEmpty()) {
            return of(stream().sorted().toList());
        }
        long[] inOrder = Arrays.copyOf(numbers, size);
        // As unsigned numbers, which have the order of their digits.
        for (int i = 0; i < size; i++) {
            inOrder[i] ^= Long.MIN_VALUE;
        }
        Arrays.sort(inOrder);
        IdList sorted = new IdList();
        for (long number : inOrder) {
            sorted.include(number ^ Long.MIN_VALUE, null);
        }
        return sorted;
    }

    /** The same messages thread by thread; this list is empty from then on, so that no more than one of the two is in memory. */
    ThreadedIds intoThreads() {
        if (!texts.isEmpty() || !threadTexts.isEmpty()) {
            return byThread();
        }
        int all = size;
        size = 0;
        table = new int[2 * FIRST_CAPACITY];
        long[] threadsOnly = trimmed(threads, all);
        threads = new long[FIRST_CAPACITY];
        long[] idsOnly = trimmed(numbers, all);
        numbers = new long[FIRST_CAPACITY];
        return ThreadedIds.ofNumbers(threadsOnly, idsOnly);
    }

    private static long[] trimmed(long[] some, int size) {
        return some.length == size ? some : Arrays.copyOf(some, size);
    }

    /** The same messages thread by thread. */
    ThreadedIds byThread() {
        if (texts.isEmpty() && threadTexts.isEmpty()) {
            return ThreadedIds.ofNumbers(Arrays.copyOf(threads, size), Arrays.copyOf(numbers, size));
        }
        List<Entry> entries = new ArrayList<>(size);
        for (int place = 0; place < size; place++) {
            String threadId = threadTexts.get(place);
            entries.add(new Entry(threadId == null ? text(threads[place]) : threadId, get(place)));
        }
        return ThreadedIds.ofTexts(entries);
    }
}
