package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import org.jspecify.annotations.Nullable;

/**
 * How one of many requests ended. Immutable.
 *
 * @param <T> what the request gives
 */
public sealed interface Outcome<T extends @Nullable Object> {
    /**
     * The request was answered.
     *
     * @param <T> what the request gives
     * @param value what its body returned
     */
    record Success<T extends @Nullable Object>(T value) implements Outcome<T> {
        @Override
        public T get() {
            return value;
        }
    }

    /**
     * The request failed for good.
     *
     * @param <T> what the request would have given
     * @param error why
     */
    record Failure<T extends @Nullable Object>(SourceException error) implements Outcome<T> {
        /** Checks that the error is present. */
        public Failure {
            requireNonNull(error, "error");
        }

        @Override
        public T get() {
            throw error;
        }
    }

    /**
     * The request was not sent, or its answer not read, for it was not wanted any more.
     *
     * @param <T> what the request would have given
     */
    record Unsent<T extends @Nullable Object>() implements Outcome<T> {
        @Override
        public T get() {
            throw new IllegalStateException("the request was not sent, for it was not wanted any more");
        }
    }

    /**
     * Gives the answer.
     *
     * @return what the body returned
     * @throws SourceException if the request failed
     * @throws IllegalStateException if it was not sent
     */
    T get();
}
