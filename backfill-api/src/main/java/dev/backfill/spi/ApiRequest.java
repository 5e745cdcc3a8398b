package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One provider request that has not been sent yet. Immutable; its body is called on one thread at a time.
 *
 * @param <T> what the request gives
 * @param operation its kind and price
 * @param body sends the request and consumes the whole answer; may be called again after a transient error, so it hands
 *     nothing on before it returns; throws {@link SourceException}, anything else fails the job
 */
public record ApiRequest<T extends @Nullable Object>(Operation operation, Callable<T> body) {
    /** Checks what must be present. */
    public ApiRequest {
        requireNonNull(operation, "operation");
        requireNonNull(body, "body");
    }
}
