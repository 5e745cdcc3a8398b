package dev.backfill.api;

import static java.util.Objects.requireNonNull;

/**
 * The id of a recurring backfill. Immutable and thread-safe.
 *
 * @param value the id, 1 to 64 characters of {@code [A-Za-z0-9_-]}
 */
public record ScheduleId(String value) {
    /** Checks the form. */
    public ScheduleId {
        requireNonNull(value, "value");
        if (!value.matches("[A-Za-z0-9_-]{1,64}")) {
            throw new InvalidRequestException("schedule_id", "must be 1 to 64 letters, digits, _ or -");
        }
    }

    /** {@return the id} */
    @Override
    public String toString() {
        return value;
    }
}
