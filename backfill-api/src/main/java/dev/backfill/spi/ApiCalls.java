package dev.backfill.spi;

import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * The engine's gate for provider requests: waiting for quota, concurrency, Retry-After, retries, token refresh and counting
 * happen here and nowhere else. Thread-safe.
 */
public interface ApiCalls {
    /**
     * Sends one request, as often as it takes. Blocks for quota and retries; an interrupt or the end of the job ends it with
     * a {@link SourceException} of kind STOPPED.
     *
     * @param <T> what the request gives
     * @param operation its kind and price
     * @param body see {@link ApiRequest#body()}
     * @return what the body returned
     * @throws SourceException the error that no retry mends; RETRY_SMALLER is not retried here but handed on
     */
    <T extends @Nullable Object> T call(Operation operation, Callable<T> body);

    /**
     * Sends many requests within the mailbox's concurrency, on the engine's threads, and waits for all. One failure does not
     * stop the others, unless it {@link SourceException#endsBatch()}: then those that are not sent yet fail with the same error. One that is not wanted any more when its turn comes is not sent.
     *
     * @param <T> what a request gives
     * @param requests the requests, 0 or more; a few hundred at the most, since all answers are held
     * @return one outcome a request, in the same order
     * @throws SourceException of kind STOPPED when the job ends meanwhile
     */
    <T extends @Nullable Object> List<Outcome<T>> all(List<ApiRequest<T>> requests);

    /**
     * Says how many bytes an answer had on the wire, for quotas of bytes: what is too much is waited for by the next request.
     * Called by providers with such a quota, from within a request's body or after it. Never blocks.
     *
     * @param bytes how many bytes came, 0 or more
     */
    void received(long bytes);

    /**
     * Waits until the process has room for a large answer, which is held until the request's body ends. Called from within a body, on
     * its thread, as soon as the answer says how large it is and before the rest of it is read: only there is known that what was taken
     * for an ordinary message has 25 MB, and it cannot all be read at once by everybody. One answer is always let through, whatever is
     * held. Called again within one body it takes what is more at once and does not wait. What an answer leaves behind when its body
     * ends counts as part of its page.
     *
     * <p>Time spent here counts for no timeout, and an answer that breaks off afterwards for none of the attempts. A request that is not
     * {@link ApiRequest#wanted} any more when there is room is broken off by an exception of the engine's own, which the body must let
     * through.
     *
     * <p>The default does nothing, for an engine without a bound of memory.
     *
     * @param bytes how much heap the answer takes while it is read and decoded, 0 or more
     * @throws IllegalStateException if the calling thread sends no request
     * @throws SourceException of kind STOPPED when the job ends meanwhile
     */
    default void awaitRoom(long bytes) {}
}
