package dev.backfill.provider.microsoft;

import dev.backfill.spi.Position;
import dev.backfill.spi.SourceException;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Keeps places in a list of changes as positions. A place is as long as the server's token, for which there is no bound: what
 * does not fit is remembered as long as the mailbox is open, and in another life the list is read again from its beginning.
 * Thread-safe.
 */
final class LongPositions {
    private static final String REMEMBERED = "m1 ";

    /** More than the pages under way of a job's partitions; the tokens were seen with a few thousand characters. */
    private static final int MOST = 64;

    private final Object lock = new Object();
    private final Map<String, String> places = new LinkedHashMap<>();

    /** Makes a position of a place. */
    Position position(String place) {
        if (place.length() <= Position.MAX_LENGTH) {
            return new Position(place);
        }
        String name = REMEMBERED + Hashes.hex(place);
        synchronized (lock) {
            places.remove(name);
            places.put(name, place);
            if (places.size() > MOST) {
                places.remove(places.keySet().iterator().next());
            }
        }
        return new Position(name);
    }

    /**
     * Gives the place of a position.
     *
     * @throws SourceException of kind RESTART_PARTITION if it is not known any more
     */
    String place(Position position) {
        if (!position.value().startsWith(REMEMBERED)) {
            return position.value();
        }
        String place;
        synchronized (lock) {
            place = places.get(position.value());
        }
        if (place == null) {
            throw unreadable("the place in a folder's changes was too long to be kept");
        }
        return place;
    }

    static SourceException unreadable(String why) {
        return SourceException.of(
                        SourceException.Kind.RESTART_PARTITION, SourceException.Scope.PARTITION, "POSITION_UNREADABLE")
                .build("The list is read again from its beginning: " + why);
    }
}
