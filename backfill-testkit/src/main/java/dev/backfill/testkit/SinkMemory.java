package dev.backfill.testkit;

import dev.backfill.spi.OutboundMessage;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** What a recording sink remembers of the messages delivered; guarded by the sink's lock. */
final class SinkMemory {
    /** How much of a message is kept. */
    enum Keep {
        /** Nothing. */
        NOTHING,
        /** Its dedupe key and the id of the mail in it. */
        KEYS,
        /** All of it. */
        PAYLOADS
    }

    private final List<String> keys = new ArrayList<>();
    private final List<String> messageIds = new ArrayList<>();
    private final Set<String> distinct = new HashSet<>();
    private final List<OutboundMessage> payloads = new ArrayList<>();
    private Keep keep = Keep.KEYS;

    void keep(Keep value) {
        keep = value;
    }

    void add(OutboundMessage message) {
        if (keep == Keep.NOTHING) {
            return;
        }
        keys.add(message.dedupeKey());
        distinct.add(message.dedupeKey());
        messageIds.add(message.attributes().getOrDefault(RecordingSink.MESSAGE_ID_ATTRIBUTE, ""));
        if (keep == Keep.PAYLOADS) {
            payloads.add(message);
        }
    }

    List<String> keys() {
        return List.copyOf(keys);
    }

    List<String> messageIds() {
        return List.copyOf(messageIds);
    }

    int distinct() {
        return distinct.size();
    }

    int duplicates() {
        return keys.size() - distinct.size();
    }

    List<OutboundMessage> payloads() {
        return List.copyOf(payloads);
    }
}
