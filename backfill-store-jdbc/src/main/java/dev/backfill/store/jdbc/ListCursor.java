package dev.backfill.store.jdbc;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.api.JobId;
import java.time.Instant;

/**
 * Where a page of a list ends: the row's time of creation and its id. Immutable.
 *
 * @param micros when the last row was created, as it is stored
 * @param id the last row's id
 */
record ListCursor(long micros, String id) {
    private static final int PARTS = 3;

    static ListCursor of(Instant created, String id) {
        return new ListCursor(Times.micros(created), id);
    }

    /** {@return the cursor that a host hands back for the next page} */
    String text() {
        Instant created = Times.instant(micros);
        return created.getEpochSecond() + "." + created.getNano() + "." + id;
    }

    /**
     * Reads a cursor.
     *
     * @throws InvalidRequestException if it is none of ours
     */
    static ListCursor parse(String text) {
        String[] parts = text.split("\\.", PARTS);
        if (parts.length == PARTS) {
            try {
                Instant created = Instant.ofEpochSecond(Long.parseLong(parts[0]), Integer.parseInt(parts[1]));
                // Ids of jobs and of schedules are of one form
                return of(created, new JobId(parts[2]).value());
            } catch (RuntimeException notOurs) {
                throw refused();
            }
        }
        throw refused();
    }

    private static InvalidRequestException refused() {
        return new InvalidRequestException("cursor", "is none of this list's; begin again without one");
    }
}
