package dev.backfill.spi;

import static java.util.Objects.requireNonNull;

import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a sink moves: bytes and attributes. Thread-safe as long as nobody writes to {@link #data()}, which nobody may.
 */
public final class OutboundMessage {
    private final byte[] data;
    private final Map<String, String> attributes;
    private final String dedupeKey;
    private final @Nullable String orderingKey;

    /**
     * Makes a message.
     *
     * @param data the payload; not copied, and not to be changed afterwards
     * @param attributes names and values, within the sink's limits
     * @param dedupeKey the same for the same event, whichever run publishes it; not empty
     * @param orderingKey messages with the same key arrive in order; null for no order
     */
    public OutboundMessage(
            byte[] data, Map<String, String> attributes, String dedupeKey, @Nullable String orderingKey) {
        this.data = requireNonNull(data, "data");
        this.attributes = Map.copyOf(attributes);
        this.dedupeKey = requireNonNull(dedupeKey, "dedupeKey");
        this.orderingKey = orderingKey;
    }

    /** {@return the payload itself, not a copy; read only} */
    public byte[] data() {
        return data;
    }

    /** {@return the attributes} */
    public Map<String, String> attributes() {
        return attributes;
    }

    /** {@return the key that is the same for the same event} */
    public String dedupeKey() {
        return dedupeKey;
    }

    /** {@return the ordering key, or null} */
    public @Nullable String orderingKey() {
        return orderingKey;
    }

    /** {@return a text without content} */
    @Override
    public String toString() {
        return "OutboundMessage[" + data.length + " bytes, " + dedupeKey + "]";
    }
}
