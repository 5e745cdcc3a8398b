package dev.backfill.spi;

/**
 * Where events go, found with {@link java.util.ServiceLoader}: a stateless factory of {@link MessagePublisher}s.
 *
 * <p>Life: (1) the engine makes one instance with the public constructor without parameters, which does no work and touches
 * no vendor class; (2) {@link #sinkId()} and {@link #spiVersion()} are asked once; (3) {@link #open(SinkContext)} is called
 * once when the engine is built. Implementations are thread-safe.
 */
public interface MessageSink {
    /** {@return the sink's id, {@code [a-z0-9-]{1,32}}, always the same} */
    String sinkId();

    /** {@return {@link SpiVersion#CURRENT}, written just so} */
    int spiVersion();

    /**
     * Opens the sink. Called once, on the host's thread; may block for a few seconds to check that the target is there.
     *
     * @param context the host's settings
     * @return the publisher, shared by all jobs, which the engine closes
     * @throws dev.backfill.api.InvalidRequestException if a setting is unknown or out of range
     * @throws SinkException of kind FATAL if the target is not there or refuses
     */
    MessagePublisher open(SinkContext context);
}
