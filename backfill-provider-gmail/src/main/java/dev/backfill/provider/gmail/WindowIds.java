package dev.backfill.provider.gmail;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The ids of a window in the order they are walked, oldest first, and when they were listed. Immutable and thread-safe. */
final class WindowIds {
    private final IdList ids;
    private final Instant listedAt;

    private WindowIds(IdList ids, Instant listedAt) {
        this.ids = ids;
        this.listedAt = listedAt;
    }

    /**
     * Puts a listing in order: one list is newest first, so it is turned round; several lists have no common order but that of
     * the ids, which Gmail counts up with time.
     */
    static WindowIds of(IdLister.Listing listing, boolean oneList, Instant listedAt) {
        return new WindowIds(
                oneList ? listing.ids().reversedCopy() : listing.ids().sorted(), listedAt);
    }

    static WindowIds of(List<String> ids, Instant listedAt) {
        return new WindowIds(IdList.of(ids), listedAt);
    }

    IdList ids() {
        return ids;
    }

    boolean isOlderThan(Duration age, Instant now) {
        return listedAt.plus(age).isBefore(now);
    }

    /**
     * Finds where a walk goes on.
     *
     * @param from the position
     * @param received tells when the mailbox took a message; null if it is gone
     * @return the index of the first id that is not used up
     */
    int next(WindowPosition from, Function<String, @Nullable Instant> received) {
        if (from.lastIds().isEmpty()) {
            return 0;
        }
        for (String id : from.lastIds()) {
            int place = ids.indexOf(id);
            if (place >= 0) {
                return place + 1;
            }
        }
        return byTime(from.millis(), received);
    }

    /** All messages named are gone: the first that is not older than the last one. */
    private int byTime(long millis, Function<String, @Nullable Instant> received) {
        if (millis == WindowPosition.NO_TIME) {
            return 0;
        }
        int low = 0;
        int high = ids.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            Instant time = received.apply(ids.get(middle));
            if (time == null || time.toEpochMilli() < millis) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low;
    }

    /** Those of a later listing that this one lacks. */
    List<String> lacks(IdLister.Listing later) {
        return later.ids().stream().filter(id -> !ids.contains(id)).toList();
    }
}
