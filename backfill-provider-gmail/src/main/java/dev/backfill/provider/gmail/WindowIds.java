package dev.backfill.provider.gmail;

import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** The ids of a window in the order they are walked, oldest first, and when they were listed. Immutable and thread-safe. */
final class WindowIds {
    private final List<String> ids;
    private final Instant listedAt;

    private WindowIds(List<String> ids, Instant listedAt) {
        this.ids = ids;
        this.listedAt = listedAt;
    }

    /**
     * Puts a listing in order: one list is newest first, so it is turned round; several lists have no common order but that of
     * the ids, which Gmail counts up with time.
     */
    static WindowIds of(IdLister.Listing listing, boolean oneList, Instant listedAt) {
        List<String> ids = new ArrayList<>(listing.ids());
        if (oneList) {
            Collections.reverse(ids);
        } else {
            Collections.sort(ids);
        }
        return new WindowIds(Collections.unmodifiableList(ids), listedAt);
    }

    static WindowIds of(List<String> ids, Instant listedAt) {
        return new WindowIds(List.copyOf(ids), listedAt);
    }

    List<String> ids() {
        return ids;
    }

    Instant listedAt() {
        return listedAt;
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
        Map<String, Integer> places = new HashMap<>();
        for (int i = 0; i < ids.size(); i++) {
            places.put(ids.get(i), i);
        }
        for (String id : from.lastIds()) {
            Integer place = places.get(id);
            if (place != null) {
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
        Map<String, Boolean> known = new HashMap<>();
        ids.forEach(id -> known.put(id, true));
        return later.ids().stream().filter(id -> !known.containsKey(id)).toList();
    }
}
