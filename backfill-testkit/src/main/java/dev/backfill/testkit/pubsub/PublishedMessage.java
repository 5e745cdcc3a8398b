package dev.backfill.testkit.pubsub;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import java.time.Instant;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A message as Pub/Sub took it. Immutable and thread-safe. */
public final class PublishedMessage {
    /** The attribute that is the same for the same event, whichever run published it. */
    public static final String DEDUPE_KEY = "dedupe_key";

    private final long sequence;
    private final String messageId;
    private final ByteString data;
    private final Map<String, String> attributes;
    private final String orderingKey;
    private final Instant publishTime;

    PublishedMessage(long sequence, PubsubMessage message, Instant publishTime) {
        this.sequence = sequence;
        this.messageId = message.getMessageId().isEmpty() ? Long.toString(sequence) : message.getMessageId();
        this.data = message.getData();
        this.attributes = message.getAttributesMap();
        this.orderingKey = message.getOrderingKey();
        this.publishTime = publishTime;
    }

    /** The message's place among all that were published, where it is known. */
    long sequence() {
        return sequence;
    }

    ByteString payload() {
        return data;
    }

    /** {@return the id Pub/Sub gave the message; another one each time it is published} */
    public String messageId() {
        return messageId;
    }

    /** {@return a copy of the payload} */
    public byte[] data() {
        return data.toByteArray();
    }

    /** {@return the payload read as UTF-8} */
    public String text() {
        return data.toStringUtf8();
    }

    /** {@return how many bytes the payload has} */
    public int dataBytes() {
        return data.size();
    }

    /** {@return the attributes, not to be changed} */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** {@return the attribute {@value #DEDUPE_KEY}, or null when the message has none} */
    public @Nullable String dedupeKey() {
        return attributes.get(DEDUPE_KEY);
    }

    /** {@return the ordering key, empty when there is none} */
    public String orderingKey() {
        return orderingKey;
    }

    /** {@return when Pub/Sub took the message} */
    public Instant publishTime() {
        return publishTime;
    }

    /** {@return a text without content} */
    @Override
    public String toString() {
        return "PublishedMessage[" + messageId + ", " + data.size() + " bytes, " + dedupeKey() + "]";
    }
}
