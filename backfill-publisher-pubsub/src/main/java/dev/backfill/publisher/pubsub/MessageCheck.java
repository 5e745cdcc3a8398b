package dev.backfill.publisher.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import dev.backfill.spi.SinkException.Kind;
import dev.backfill.spi.SinkLimits;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Holds a message against Pub/Sub's limits before it is sent: one message over them would have its whole request refused.
 * Limits: cloud.google.com/pubsub/quotas#resource_limits. Immutable and thread-safe.
 */
final class MessageCheck {
    /** Counted in millions, with attributes and framing: Publisher.getApiMaxRequestBytes(). */
    static final int MAX_REQUEST_BYTES = 10_000_000;

    private static final int MAX_ATTRIBUTES = 100;
    private static final int MAX_KEY_BYTES = 256;
    private static final int MAX_VALUE_BYTES = 1_024;
    private static final int MAX_ORDERING_KEY_BYTES = 1_024;
    /** Field tags and lengths of the request around its one message. */
    private static final int REQUEST_FRAMING = 16;

    /**
     * What a caller may fill: the rest of a request is the topic's name, an ordering key and the framing of 100 attributes, which
     * together stay below 10,000 bytes.
     */
    static final SinkLimits LIMITS =
            new SinkLimits(SinkSettings.MAX_BATCH_BYTES, MAX_ATTRIBUTES, MAX_KEY_BYTES, MAX_VALUE_BYTES);

    private final int maxWireBytes;
    private final boolean ordering;

    MessageCheck(String topic, boolean ordering) {
        this.maxWireBytes = MAX_REQUEST_BYTES - REQUEST_FRAMING - topic.getBytes(StandardCharsets.UTF_8).length;
        this.ordering = ordering;
    }

    /** Gives what is wrong with a message, or null. */
    @Nullable
    SinkException problem(OutboundMessage message, PubsubMessage wire) {
        Map<String, String> attributes = message.attributes();
        if (wire.getSerializedSize() > maxWireBytes) {
            return permanent(
                    "MESSAGE_TOO_LARGE",
                    "the message has " + wire.getSerializedSize() + " bytes with its attributes, allowed are "
                            + maxWireBytes);
        }
        if (message.data().length == 0 && attributes.isEmpty()) {
            return permanent("MESSAGE_EMPTY", "the message has neither payload nor attributes");
        }
        if (attributes.size() > MAX_ATTRIBUTES) {
            return permanent(
                    "TOO_MANY_ATTRIBUTES",
                    "the message has " + attributes.size() + " attributes, allowed are " + MAX_ATTRIBUTES);
        }
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            SinkException problem = attributeProblem(attribute.getKey(), attribute.getValue());
            if (problem != null) {
                return problem;
            }
        }
        return orderingProblem(message.orderingKey());
    }

    private static @Nullable SinkException attributeProblem(String key, String value) {
        if (key.isEmpty() || key.startsWith("goog")) {
            return permanent("ATTRIBUTE_NAME", "an attribute's name is empty or begins with goog");
        }
        if (longerThan(MAX_KEY_BYTES, key)) {
            return permanent("ATTRIBUTE_TOO_LONG", "an attribute's name is over " + MAX_KEY_BYTES + " bytes");
        }
        return longerThan(MAX_VALUE_BYTES, value)
                ? permanent("ATTRIBUTE_TOO_LONG", "an attribute's value is over " + MAX_VALUE_BYTES + " bytes")
                : null;
    }

    private @Nullable SinkException orderingProblem(@Nullable String key) {
        if (key == null || key.isEmpty()) {
            return null;
        }
        if (!ordering) {
            return new SinkException(
                    Kind.FATAL,
                    "ORDERING_OFF",
                    "A message has an ordering key, but the sink does not keep order: set pubsub.ordering to true",
                    null);
        }
        return longerThan(MAX_ORDERING_KEY_BYTES, key)
                ? permanent("ORDERING_KEY_TOO_LONG", "the ordering key is over " + MAX_ORDERING_KEY_BYTES + " bytes")
                : null;
    }

    /** Encodes only what could be too long: a character takes 3 bytes at most. */
    private static boolean longerThan(int maxBytes, String text) {
        return text.length() > maxBytes / 3 && text.getBytes(StandardCharsets.UTF_8).length > maxBytes;
    }

    private static SinkException permanent(String code, String problem) {
        return new SinkException(Kind.PERMANENT, code, "Pub/Sub cannot take this message: " + problem, null);
    }
}
