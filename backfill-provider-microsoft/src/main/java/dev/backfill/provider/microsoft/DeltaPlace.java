package dev.backfill.provider.microsoft;

import dev.backfill.spi.SourceException;
import java.util.HashSet;
import java.util.Set;

/**
 * How far a round of changes is walked: the page that is next, and which of its entries were handed over. Asked for again the
 * page may come in another order, and with what changed meanwhile, so that entries are known by their ids and revisions.
 * Immutable.
 *
 * <p>As text: {@code c1 newFrom settled query hashes}, with 11 characters a hash.
 *
 * @param newFrom the epoch second of received time from which on nothing was handed over as new
 * @param settled false once the round found a message in a folder that has no pin yet
 * @param query the query of the link to the page
 * @param done the marks of the page's entries that were handed over
 */
record DeltaPlace(long newFrom, boolean settled, String query, Set<String> done) {
    private static final String VERSION = "c1";
    private static final int HASH_LENGTH = 11;

    DeltaPlace {
        done = Set.copyOf(done);
    }

    String encode() {
        return VERSION + " " + newFrom + " " + settled + " " + query + " " + String.join("", done);
    }

    /**
     * Reads a place.
     *
     * @throws SourceException of kind RESTART_PARTITION if it is none of this version
     */
    static DeltaPlace decode(String text) {
        String[] parts = text.split(" ", -1);
        if (parts.length != 5 || !parts[0].equals(VERSION) || parts[4].length() % HASH_LENGTH != 0) {
            throw LongPositions.unreadable("the place is of another version");
        }
        Set<String> done = new HashSet<>();
        for (int at = 0; at < parts[4].length(); at += HASH_LENGTH) {
            done.add(parts[4].substring(at, at + HASH_LENGTH));
        }
        try {
            return new DeltaPlace(Long.parseLong(parts[1]), Boolean.parseBoolean(parts[2]), parts[3], done);
        } catch (NumberFormatException notOurs) {
            throw LongPositions.unreadable("the place is of another version");
        }
    }
}
