package dev.backfill.spi;

/**
 * What one message of a sink may hold. Immutable and thread-safe.
 *
 * @param maxMessageBytes the most bytes of payload, attributes included, 1,024 or more
 * @param maxAttributes the most attributes, 0 or more
 * @param maxAttributeKeyBytes the most UTF-8 bytes of an attribute's name
 * @param maxAttributeValueBytes the most UTF-8 bytes of an attribute's value
 */
public record SinkLimits(
        long maxMessageBytes, int maxAttributes, int maxAttributeKeyBytes, int maxAttributeValueBytes) {
    /** Checks the bounds. */
    public SinkLimits {
        if (maxMessageBytes < 1_024 || maxAttributes < 0 || maxAttributeKeyBytes < 0 || maxAttributeValueBytes < 0) {
            throw new IllegalArgumentException("a sink must take messages of at least 1024 bytes");
        }
    }
}
