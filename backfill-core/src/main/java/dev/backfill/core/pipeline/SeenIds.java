package dev.backfill.core.pipeline;

/**
 * A set of message ids that keeps eight bytes an id: their 64-bit hashes. Two ids of one partition fall together once in some
 * hundred million partitions, and then the partition's count shows it. Not thread-safe.
 */
final class SeenIds {
    private static final int FIRST_CAPACITY = 64;
    private static final long FNV_OFFSET = 0xcbf29ce484222325L;
    private static final long FNV_PRIME = 0x100000001b3L;

    /** Open addressing; 0 marks a free place. */
    private long[] table = new long[FIRST_CAPACITY];

    private int size;

    /** Adds an id; false if it was there. */
    boolean add(String id) {
        long hash = hash(id);
        int index = indexOf(table, hash);
        if (table[index] == hash) {
            return false;
        }
        table[index] = hash;
        size++;
        if (size * 2 > table.length) {
            grow();
        }
        return true;
    }

    /** {@return a set of its own with the same ids} */
    SeenIds copy() {
        SeenIds copy = new SeenIds();
        copy.table = table.clone();
        copy.size = size;
        return copy;
    }

    boolean contains(String id) {
        long hash = hash(id);
        return table[indexOf(table, hash)] == hash;
    }

    int size() {
        return size;
    }

    /** {@return a number that is the same for sets of the same ids, and hardly ever for others} */
    long digest() {
        long digest = 0;
        for (long hash : table) {
            digest += hash;
        }
        return digest;
    }

    void clear() {
        table = new long[FIRST_CAPACITY];
        size = 0;
    }

    private void grow() {
        long[] bigger = new long[table.length * 2];
        for (long hash : table) {
            if (hash != 0) {
                bigger[indexOf(bigger, hash)] = hash;
            }
        }
        table = bigger;
    }

    private static int indexOf(long[] table, long hash) {
        int mask = table.length - 1;
        int index = (int) (hash >>> 32) & mask;
        while (table[index] != 0 && table[index] != hash) {
            index = (index + 1) & mask;
        }
        return index;
    }

    /** FNV-1a over the characters, then a mix that spreads it over all bits. */
    private static long hash(String id) {
        long hash = FNV_OFFSET;
        for (int i = 0; i < id.length(); i++) {
            hash = (hash ^ id.charAt(i)) * FNV_PRIME;
        }
        hash ^= hash >>> 33;
        hash *= 0xff51afd7ed558ccdL;
        hash ^= hash >>> 33;
        return hash == 0 ? 1 : hash;
    }
}
