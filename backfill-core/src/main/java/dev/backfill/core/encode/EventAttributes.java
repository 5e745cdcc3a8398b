package dev.backfill.core.encode;

import dev.backfill.spi.EmailEvent;
import dev.backfill.spi.SinkLimits;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The attributes a router reads without opening the payload. None holds an address, a subject or the true user id. */
final class EventAttributes {
    /** The version of the JSON's shape, as the attribute {@code schema_version} says it. */
    static final String SCHEMA_VERSION = "1";

    private final SinkLimits limits;
    private final List<Map.Entry<String, String>> entries = new ArrayList<>();
    private long bytes;

    private EventAttributes(SinkLimits limits) {
        this.limits = limits;
    }

    static EventAttributes of(EmailEvent event, String dedupeKey, SinkLimits limits) {
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
        return attributes;
    }

    /** An id that is too long, or that may hold an address, is replaced by its hash; the payload has the true one. */
    private String messageId(String messageId) {
        String clean = JsonText.clean(messageId);
        boolean fits = JsonText.utf8Size(clean) <= limits.maxAttributeValueBytes();
        return fits && clean.indexOf('@') < 0 ? clean : EventKeys.hash(messageId);
    }

    private void put(String key, String value) {
        long valueBytes = JsonText.utf8Size(value);
        if (entries.size() < limits.maxAttributes()
                && key.length() <= limits.maxAttributeKeyBytes()
                && valueBytes <= limits.maxAttributeValueBytes()) {
            entries.add(Map.entry(key, value));
            bytes += key.length() + valueBytes;
        }
    }

    /** {@return names and values} */
    @SuppressWarnings({"unchecked", "rawtypes"}) // An array of entries alone
    Map<String, String> values() {
        return Map.ofEntries(entries.toArray(new Map.Entry[0]));
    }

    /** {@return the bytes of names and values in UTF-8} */
    long bytes() {
        return bytes;
    }
}
