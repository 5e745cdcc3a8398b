package dev.backfill.testkit.pubsub;

import java.util.Arrays;

/**
 * A set of texts kept as 64-bit hashes, 16 bytes a text at most, so that a bench can count millions of distinct keys in a
 * small heap. Two of a million texts share a hash once in 40 million runs. Not thread-safe.
 */
final class KeySet {
    private static final int FIRST_CAPACITY = 1_024;
    private static final long EMPTY = 0;

    private long[] slots = new long[FIRST_CAPACITY];
    private int size;

    /** Adds a text; true when it was not there. */
    boolean add(String text) {
        if (size * 2 >= slots.length) {
            grow();
        }
        boolean added = insert(slots, hash(text));
        if (added) {
            size++;
        }
        return added;
    }

    int size() {
        return size;
    }

    void clear() {
        Arrays.fill(slots, EMPTY);
        size = 0;
    }

    private void grow() {
        long[] larger = new long[slots.length * 2];
        for (long hash : slots) {
            if (hash != EMPTY) {
                insert(larger, hash);
            }
        }
        slots = larger;
    }

    private static boolean insert(long[] table, long hash) {
        int mask = table.length - 1;
        int slot = (int) hash & mask;
        while (table[slot] != EMPTY) {
            if (table[slot] == hash) {
                return false;
            }
            slot = (slot + 1) & mask;
        }
        table[slot] = hash;
        return true;
    }

    /** FNV-1a over the characters, then a final mix, since its low bits alone are weak. */
    private static long hash(String text) {
        long hash = 0xcbf29ce484222325L;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 33)) * 0xff51afd7ed558ccdL;
        hash = (hash ^ (hash >>> 33)) * 0xc4ceb9fe1a85ec53L;
        hash ^= hash >>> 33;
        return hash == EMPTY ? 1 : hash;
    }
}
