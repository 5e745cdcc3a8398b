package dev.backfill.api;

import org.jspecify.annotations.Nullable;

/**
 * Which part of a long list to give. Immutable and thread-safe.
 *
 * @param limit the most rows, 1 to 1000
 * @param cursor the {@link Page#nextCursor()} of the page before; null for the first page
 */
public record PageRequest(int limit, @Nullable String cursor) {
    /** The largest limit: {@value}. */
    public static final int MAX_LIMIT = 1_000;

    /** The limit of {@link #first()}: {@value}. */
    public static final int DEFAULT_LIMIT = 100;

    /** Checks the bounds. */
    public PageRequest {
        if (limit < 1 || limit > MAX_LIMIT) {
            throw new InvalidRequestException("limit", "must be 1 to " + MAX_LIMIT + ", was " + limit);
        }
    }

    /** {@return a request for the first 100 rows} */
    public static PageRequest first() {
        return new PageRequest(DEFAULT_LIMIT, null);
    }

    /**
     * Asks for the first rows.
     *
     * @param limit the most rows, 1 to 1000
     * @return the request
     */
    public static PageRequest first(int limit) {
        return new PageRequest(limit, null);
    }
}
