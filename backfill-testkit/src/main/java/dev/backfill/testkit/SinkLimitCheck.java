package dev.backfill.testkit;

import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkLimits;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Holds a message against a sink's limits. */
final class SinkLimitCheck {
    private SinkLimitCheck() {}

    /** Tells what is too much, or null. */
    static @Nullable String problem(OutboundMessage message, SinkLimits limits) {
        if (message.attributes().size() > limits.maxAttributes()) {
            return "a message has " + message.attributes().size() + " attributes, allowed are "
                    + limits.maxAttributes();
        }
        long bytes = message.data().length;
        for (Map.Entry<String, String> attribute : message.attributes().entrySet()) {
            int key = attribute.getKey().getBytes(StandardCharsets.UTF_8).length;
            int value = attribute.getValue().getBytes(StandardCharsets.UTF_8).length;
            if (key > limits.maxAttributeKeyBytes() || value > limits.maxAttributeValueBytes()) {
                return "an attribute has " + key + " + " + value + " bytes, allowed are "
                        + limits.maxAttributeKeyBytes() + " + " + limits.maxAttributeValueBytes();
            }
            bytes += key + value;
        }
        return bytes > limits.maxMessageBytes()
                ? "a message has " + bytes + " bytes, allowed are " + limits.maxMessageBytes()
                : null;
    }
}
