package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.util.concurrent.Callable;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * One provider request that has not been sent yet. Immutable; its body is called on one thread at a time.
 *
 * @param <T> what the request gives
 * @param operation its kind and price
 * @param body sends the request and consumes the whole answer; may be called again after a transient error, so it hands
 *     nothing on before it returns; throws {@link SourceException}, anything else fails the job
 * @param wanted whether the request is still to be sent, asked on any of the engine's threads each time it waits for something and before
 *     it is sent, also again; must not block. Once false the outcome is {@link Outcome.Unsent}, and nothing is charged, unless its answer was
 *     under way already and waits in {@link ApiCalls#awaitRoom}. So what others of its batch gave can make it needless, for instance
 *     because there is no room for more
 */
public record ApiRequest<T extends @Nullable Object>(Operation operation, Callable<T> body, BooleanSupplier wanted) {
    /** Checks what must be present. */
    public ApiRequest {
        requireNonNull(operation, "operation");
        requireNonNull(body, "body");
        requireNonNull(wanted, "wanted");
    }

    /**
     * Makes a request that is sent in any case.
     *
     * @param operation its kind and price
     * @param body sends the request and consumes the whole answer, see {@link #body()}
     */
    public ApiRequest(Operation operation, Callable<T> body) {
        this(operation, body, () -> true);
    }
}
