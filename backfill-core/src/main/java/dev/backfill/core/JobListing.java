package dev.backfill.core;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobId;
import dev.backfill.api.UserId;
import dev.backfill.spi.JobRecord;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Map;
import java.util.NavigableSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** The jobs in the order of lists, all users' and each one's. Guarded by the store's lock. */
final class JobListing {
    private static final Comparator<Key> NEWEST_FIRST =
            Comparator.comparing(Key::created).thenComparing(Key::idValue).reversed();

    private final NavigableSet<Key> all = new TreeSet<>(NEWEST_FIRST);
    private final Map<UserId, NavigableSet<Key>> byUser = new HashMap<>();

    void add(JobRecord job) {
        all.add(Key.of(job));
        byUser.computeIfAbsent(job.account().user(), user -> new TreeSet<>(NEWEST_FIRST))
                .add(Key.of(job));
    }

    void remove(JobRecord job) {
        all.remove(Key.of(job));
        byUser.computeIfPresent(job.account().user(), (user, keys) -> {
            keys.remove(Key.of(job));
            return keys.isEmpty() ? null : keys;
        });
    }

    /**
     * Goes through a list.
     *
     * @param user whose jobs; null for all users'
     * @param cursor behind which job; null for the beginning
     * @return the jobs' ids, as they stand in the list now
     * @throws InvalidRequestException if the cursor is of another list
     */
    Iterable<JobId> newestFirst(@Nullable UserId user, @Nullable String cursor) {
        NavigableSet<Key> keys = user == null ? all : byUser.getOrDefault(user, new TreeSet<>(NEWEST_FIRST));
        NavigableSet<Key> behind = cursor == null ? keys : keys.tailSet(Key.parse(cursor), false);
        return () -> behind.stream().map(Key::id).iterator();
    }

    /** The cursor of what stands behind a job. */
    static String cursorAfter(JobRecord job) {
        return Key.of(job).cursor();
    }

    /** Where a job stands in a list; its text is the cursor. */
    private record Key(Instant created, String idValue) {
        static Key of(JobRecord job) {
            return new Key(job.times().created(), job.id().value());
        }

        JobId id() {
            return new JobId(idValue);
        }

        String cursor() {
            return created.getEpochSecond() + "." + created.getNano() + "." + idValue;
        }

        static Key parse(String cursor) {
            String[] parts = cursor.split("\\.", 3);
            try {
                if (parts.length == 3) {
                    Instant created = Instant.ofEpochSecond(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
                    return new Key(created, new JobId(parts[2]).value());
                }
            } catch (RuntimeException notOurs) {
                throw new InvalidRequestException("cursor", "is none of this list's; begin again without one");
            }
            throw new InvalidRequestException("cursor", "is none of this list's; begin again without one");
        }
    }
}
