package dev.backfill.provider.gmail;

/** Sorts pairs of numbers without a sign, in place, so that a million of them need no more than they are. Stateless. */
final class PairSort {
    private PairSort() {}

    /**
     * Sorts by the first numbers, and where these are the same by the second.
     *
     * @param firsts the first numbers
     * @param seconds the second numbers, as many
     */
    static void sort(long[] firsts, long[] seconds) {
        int size = firsts.length;
        // A heap: its worst case is no worse than its best, whatever order a server gives.
        for (int root = size / 2 - 1; root >= 0; root--) {
            sink(firsts, seconds, root, size);
        }
        for (int end = size - 1; end > 0; end--) {
            swap(firsts, seconds, 0, end);
            sink(firsts, seconds, 0, end);
        }
    }

    private static void sink(long[] firsts, long[] seconds, int from, int size) {
        int root = from;
        while (2 * root + 1 < size) {
            int child = 2 * root + 1;
            if (child + 1 < size && isLess(firsts, seconds, child, child + 1)) {
                child++;
            }
            if (!isLess(firsts, seconds, root, child)) {
                return;
            }
            swap(firsts, seconds, root, child);
            root = child;
        }
    }

    private static boolean isLess(long[] firsts, long[] seconds, int one, int other) {
        int order = Long.compareUnsigned(firsts[one], firsts[other]);
        return order < 0 || order == 0 && Long.compareUnsigned(seconds[one], seconds[other]) < 0;
    }

    private static void swap(long[] firsts, long[] seconds, int one, int other) {
        long first = firsts[one];
        firsts[one] = firsts[other];
        firsts[other] = first;
        long second = seconds[one];
        seconds[one] = seconds[other];
        seconds[other] = second;
    }
}
