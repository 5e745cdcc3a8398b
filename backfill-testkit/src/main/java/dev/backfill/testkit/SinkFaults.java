package dev.backfill.testkit;

import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Which messages a recording sink refuses; guarded by the sink's lock. */
final class SinkFaults {
    private final Map<Long, SinkException> byNumber = new HashMap<>();
    private final Map<String, KeyFault> byKey = new HashMap<>();

    private record KeyFault(int left, SinkException error) {}

    void failNumber(long number, SinkException error) {
        byNumber.put(number, error);
    }

    void failMessage(String keyOrMessageId, int times, SinkException error) {
        byKey.put(keyOrMessageId, new KeyFault(times, error));
    }

    /** What a message with its number is refused with now, or null. */
    @Nullable
    SinkException next(OutboundMessage message, long number) {
        SinkException numbered = byNumber.remove(number);
        if (numbered != null) {
            return numbered;
        }
        SinkException keyed = strike(message.dedupeKey());
        String messageId = message.attributes().get(RecordingSink.MESSAGE_ID_ATTRIBUTE);
        return keyed != null || messageId == null ? keyed : strike(messageId);
    }

    private @Nullable SinkException strike(String key) {
        KeyFault fault = byKey.get(key);
        if (fault == null || fault.left() == 0) {
            return null;
        }
        if (fault.left() != Integer.MAX_VALUE) {
            byKey.put(key, new KeyFault(fault.left() - 1, fault.error()));
        }
        return fault.error();
    }
}
