package dev.backfill.spi;

import java.util.concurrent.CompletionStage;

/** An open sink, shared by all jobs of an instance. Thread-safe. */
public interface MessagePublisher extends AutoCloseable {
    /**
     * Hands over one message. Does not block; the engine bounds how many bytes are on the way. The same message may be handed
     * over again with the same key after a failure or a crash.
     *
     * @param message the message, within {@link #limits()}
     * @return completes with the sink's id of the message once it is durable there, on any thread; completes with a
     *     {@link SinkException} otherwise, and anything else counts as FATAL; never completes by being cancelled
     */
    CompletionStage<String> publish(OutboundMessage message);

    /** {@return what a message may hold; always the same} */
    SinkLimits limits();

    /** Sends what is being collected into batches, without waiting for it. */
    void flush();

    /** Sends what is left, waits a few seconds for it, and frees what the sink holds. Closing twice does nothing. */
    @Override
    void close();
}
