package dev.backfill.api;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Part of a long list. Immutable and thread-safe.
 *
 * @param <T> what is listed
 * @param items the rows
 * @param nextCursor where the next page begins; null when this is the last
 */
public record Page<T>(List<T> items, @Nullable String nextCursor) {
    /** Copies the rows. */
    public Page {
        items = List.copyOf(items);
    }

    /**
     * Gives the same page with other rows.
     *
     * @param <R> what the new page lists
     * @param mapper makes a row of a row, never null
     * @return a page with the same cursor
     */
    public <R> Page<R> map(Function<? super T, ? extends R> mapper) {
        return new Page<>(items.stream().<R>map(mapper).toList(), nextCursor);
    }
}
