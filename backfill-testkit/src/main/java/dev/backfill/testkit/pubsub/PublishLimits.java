package dev.backfill.testkit.pubsub;

import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PubsubMessage;
import io.grpc.Status;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The limits of Google Pub/Sub's Publish call (cloud.google.com/pubsub/quotas#resource_limits), answered with the same status
 * and the same kind of text. Google counts the request in millions of bytes, its attributes and framing included.
 */
final class PublishLimits {
    static final int MAX_REQUEST_BYTES = 10_000_000;
    static final int MAX_MESSAGES = 1_000;
    static final int MAX_ATTRIBUTES = 100;
    static final int MAX_KEY_BYTES = 256;
    static final int MAX_VALUE_BYTES = 1_024;
    static final int MAX_ORDERING_KEY_BYTES = 1_024;
    private static final String SEE = " Refer to https://cloud.google.com/pubsub/quotas for more information.";

    private PublishLimits() {}

    /** Checks a request; null when it is within the limits. */
    static @Nullable Status check(PublishRequest request) {
        if (request.getMessagesCount() == 0) {
            return tooSmall("message_count", 0, 1);
        }
        if (request.getMessagesCount() > MAX_MESSAGES) {
            return tooLarge("message_count", request.getMessagesCount(), MAX_MESSAGES);
        }
        if (request.getSerializedSize() > MAX_REQUEST_BYTES) {
            return tooLarge("request_size", request.getSerializedSize(), MAX_REQUEST_BYTES);
        }
        for (PubsubMessage message : request.getMessagesList()) {
            Status problem = check(message);
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable Status check(PubsubMessage message) {
        if (message.getData().isEmpty() && message.getAttributesCount() == 0) {
            return invalid("One or more messages in the publish request is empty. Each message must contain either"
                    + " non-empty data, or at least one attribute.");
        }
        if (message.getAttributesCount() > MAX_ATTRIBUTES) {
            return tooLarge("attribute_count", message.getAttributesCount(), MAX_ATTRIBUTES);
        }
        if (bytes(message.getOrderingKey()) > MAX_ORDERING_KEY_BYTES) {
            return tooLarge("ordering_key_size", bytes(message.getOrderingKey()), MAX_ORDERING_KEY_BYTES);
        }
        for (Map.Entry<String, String> attribute : message.getAttributesMap().entrySet()) {
            Status problem = check(attribute.getKey(), attribute.getValue());
            if (problem != null) {
                return problem;
            }
        }
        return null;
    }

    private static @Nullable Status check(String key, String value) {
        if (key.isEmpty() || key.startsWith("goog")) {
            return invalid("The attribute \"" + key + "\" in the request has a key that is empty or reserved." + SEE);
        }
        if (bytes(key) > MAX_KEY_BYTES) {
            return invalid("The attribute \"" + key + "\" in the request has a key that is too long. The length is "
                    + bytes(key) + " characters, but the maximum allowed is " + MAX_KEY_BYTES + "." + SEE);
        }
        if (bytes(value) > MAX_VALUE_BYTES) {
            return invalid("The attribute \"" + key + "\" in the request has a value that is too long. The length is "
                    + bytes(value) + " characters, but the maximum allowed is " + MAX_VALUE_BYTES + "." + SEE);
        }
        return null;
    }

    /** The UTF-8 length; short texts, which are nearly all, are within every limit whatever they hold. */
    private static int bytes(String text) {
        return text.length() * 3 <= MAX_KEY_BYTES ? text.length() : text.getBytes(StandardCharsets.UTF_8).length;
    }

    private static Status tooLarge(String what, int was, int max) {
        return invalid("The value for " + what + " is too large. You passed " + was
                + " in the request, but the maximum value is " + max + ".");
    }

    private static Status tooSmall(String what, int was, int min) {
        return invalid("The value for " + what + " is too small. You passed " + was
                + " in the request, but the minimum value is " + min + ".");
    }

    private static Status invalid(String description) {
        return Status.INVALID_ARGUMENT.withDescription(description);
    }
}
