package dev.backfill.spi;

/** Makes the published form of an event. Thread-safe. */
@FunctionalInterface
public interface MessageEncoder {
    /**
     * Encodes one event. Does not block.
     *
     * @param event what happened to a message
     * @param limits what the sink takes; what makes the message too large is left out and named in it
     * @return the message for the sink
     * @throws SinkException of kind PERMANENT with code {@code TOO_LARGE} if it is too large even so
     */
    OutboundMessage encode(EmailEvent event, SinkLimits limits);
}
