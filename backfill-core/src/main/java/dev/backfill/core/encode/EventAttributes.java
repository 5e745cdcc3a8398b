package dev.backfill.core.encode;

import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.SinkLimits;
import java.util.LinkedHashMap;
import java.util.Map;

/** The attributes a router reads without opening the payload. None holds an address, a subject or the true user id. */
final class EventAttributes {
    /** The version of the JSON's shape, as the attribute {@code schema_version} says it. */
    static final String SCHEMA_VERSION = "1";

    private final SinkLimits limits;
    private final Map<String, String> values = new LinkedHashMap<>();

    private EventAttributes(SinkLimits limits) {
        this.limits = limits;
    }

    static Map<String, String> of(EmailEvent event, String dedupeKey, SinkLimits limits) {
        EventAttributes attributes = new EventAttributes(limits);
        attributes.put("event_type", "email");
        attributes.put("operation", event.change().code());
        attributes.put("sync_type", event.syncType().code());
        attributes.put("provider", event.account().provider());
        attributes.put("user_key", event.account().user().key());
        attributes.put("message_id", attributes.messageId(event.messageId()));
        attributes.put("dedupe_key", dedupeKey);
        attributes.put("job_id", event.jobId().value());
        attributes.put("schema_version", SCHEMA_VERSION);
        attributes.put("content_type", "application/json");
        return attributes.values;
    }

    /** An id that is too long, or that may hold an address, is replaced by its hash; the payload has the true one. */
    private String messageId(String messageId) {
        String clean = JsonText.clean(messageId);
        boolean fits = JsonText.utf8Size(clean) <= limits.maxAttributeValueBytes();
        return fits && clean.indexOf('@') < 0 ? clean : EventKeys.hash(messageId);
    }

    private void put(String key, String value) {
        if (values.size() < limits.maxAttributes()
                && key.length() <= limits.maxAttributeKeyBytes()
                && JsonText.utf8Size(value) <= limits.maxAttributeValueBytes()) {
            values.put(key, value);
        }
    }

    static long bytes(Map<String, String> attributes) {
        long bytes = 0;
        for (Map.Entry<String, String> attribute : attributes.entrySet()) {
            bytes += JsonText.utf8Size(attribute.getKey()) + JsonText.utf8Size(attribute.getValue());
        }
        return bytes;
    }
}
