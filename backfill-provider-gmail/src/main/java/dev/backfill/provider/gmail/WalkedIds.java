package dev.backfill.provider.gmail;

import dev.backfill.provider.gmail.ThreadedIds.Entry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The set of the ids that a walk has read, small enough to stand in its position however many they are, so that another life can
 * compare it with the list it finds: by how many they are alone, one that went would hide one that came. It is an invertible
 * Bloom lookup table (Eppstein et al., "What's the Difference?", SIGCOMM 2011): each id is added into four of its cells; when
 * the ids of a list are taken out again only those stay in which the two differ, and a cell that holds but one of them gives it
 * away. Some eighty can be told; of more it is known that they are too many. Mutable until it is in a position, not thread-safe.
 */
final class WalkedIds {
    private static final int TABLES = 4;
    private static final int CELLS_A_TABLE = 32;
    private static final int CELLS = TABLES * CELLS_A_TABLE;
    private static final int BYTES_A_CELL = Long.BYTES + 2 * Integer.BYTES;

    /** In each cell: of how many ids it is, those taken out counted off. */
    private final int[] counts;

    /** In each cell: the exclusive or of the ids' keys. */
    private final long[] keys;

    /** In each cell: the exclusive or of the keys' checks, which tells a single key from a mixture. */
    private final int[] checks;

    private WalkedIds(int[] counts, long[] keys, int[] checks) {
        this.counts = counts;
        this.keys = keys;
        this.checks = checks;
    }

    static WalkedIds none() {
        return new WalkedIds(new int[CELLS], new long[CELLS], new int[CELLS]);
    }

    WalkedIds copy() {
        return new WalkedIds(counts.clone(), keys.clone(), checks.clone());
    }

    void add(String id) {
        put(key(id), 1);
    }

    /**
     * Finds which of a list's first messages are not in this set.
     *
     * @param list the list
     * @param end how many of its messages to look at
     * @return the messages; null if the list and the set differ in more ids than can be told, either way
     */
    @Nullable
    List<Entry> lacks(ThreadedIds list, int end) {
        WalkedIds difference = copy();
        for (int place = 0; place < end; place++) {
            difference.put(key(list.id(place)), -1);
        }
        Set<Long> missing = new HashSet<>();
        if (!difference.takeApart(missing)) {
            return null;
        }
        List<Entry> entries = new ArrayList<>(missing.size());
        for (int place = 0; place < end && entries.size() < missing.size(); place++) {
            if (missing.contains(key(list.id(place)))) {
                entries.add(list.entry(place));
            }
        }
        return entries;
    }

    /** Takes out what can be told, noting what was taken out more often than added; true if that was all. */
    private boolean takeApart(Set<Long> missing) {
        int told = 0;
        boolean found = true;
        while (found && told <= CELLS) {
            found = false;
            for (int cell = 0; cell < CELLS; cell++) {
                if (isOfOne(cell)) {
                    found = true;
                    told++;
                    int count = counts[cell];
                    if (count < 0) {
                        missing.add(keys[cell]);
                    }
                    put(keys[cell], -count);
                }
            }
        }
        return Arrays.equals(counts, new int[CELLS])
                && Arrays.equals(keys, new long[CELLS])
                && Arrays.equals(checks, new int[CELLS]);
    }

    private boolean isOfOne(int cell) {
        return Math.abs(counts[cell]) == 1 && checks[cell] == check(keys[cell]) && isIn(keys[cell], cell);
    }

    private static boolean isIn(long key, int cell) {
        return cell(key, cell / CELLS_A_TABLE) == cell;
    }

    private void put(long key, int count) {
        int check = check(key);
        for (int table = 0; table < TABLES; table++) {
            int cell = cell(key, table);
            counts[cell] += count;
            keys[cell] ^= key;
            checks[cell] ^= check;
        }
    }

    private static int cell(long key, int table) {
        return table * CELLS_A_TABLE + (int) Long.remainderUnsigned(mix(key + table), CELLS_A_TABLE);
    }

    private static int check(long key) {
        return (int) (mix(key + TABLES) >>> Integer.SIZE);
    }

    /** A number for an id: FNV-1a over its characters, of 64 bits. */
    private static long key(String id) {
        long key = 0xCBF29CE484222325L;
        for (int i = 0; i < id.length(); i++) {
            key = (key ^ id.charAt(i)) * 0x100000001B3L;
        }
        return mix(key);
    }

    /** Spreads a number over all bits, as SplitMix64 does. */
    private static long mix(long number) {
        long mixed = number + 0x9E3779B97F4A7C15L;
        mixed = (mixed ^ (mixed >>> 30)) * 0xBF58476D1CE4E5B9L;
        mixed = (mixed ^ (mixed >>> 27)) * 0x94D049BB133111EBL;
        return mixed ^ (mixed >>> 31);
    }

    /** As a text of the same length always, without a colon. */
    String text() {
        ByteBuffer bytes = ByteBuffer.allocate(CELLS * BYTES_A_CELL);
        for (int cell = 0; cell < CELLS; cell++) {
            bytes.putLong(keys[cell]).putInt(checks[cell]).putInt(counts[cell]);
        }
        return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes.array());
    }

    /**
     * Reads {@link #text()}.
     *
     * @throws IllegalArgumentException if it is none
     */
    static WalkedIds of(String text) {
        ByteBuffer bytes = ByteBuffer.wrap(Base64.getUrlDecoder().decode(text));
        if (bytes.remaining() != CELLS * BYTES_A_CELL) {
            throw new IllegalArgumentException("no set of ids");
        }
        WalkedIds ids = none();
        for (int cell = 0; cell < CELLS; cell++) {
            ids.keys[cell] = bytes.getLong();
            ids.checks[cell] = bytes.getInt();
            ids.counts[cell] = bytes.getInt();
        }
        return ids;
    }
}
