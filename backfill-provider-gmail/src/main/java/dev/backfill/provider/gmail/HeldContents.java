package dev.backfill.provider.gmail;

import dev.backfill.spi.ContentRef;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Contents of attachments that came with their messages, until somebody asks for them: a message read as its MIME holds them all, and
 * got again they would cost as much as the message. Never more than {@value #MAX_BYTES} bytes: the oldest go first, and are got again
 * if they are asked for after all. Thread-safe.
 */
final class HeldContents {
    /** The most that is held: some pages' worth of ordinary mail. */
    static final int MAX_BYTES = 16 << 20;

    /** A content that is larger is not held: it would push out too many. */
    static final int MAX_BYTES_EACH = MAX_BYTES / 4;

    private final Object lock = new Object();
    // Both guarded by the lock
    private final Map<ContentRef, byte[]> contents = new LinkedHashMap<>();
    private long bytes;

    /** Holds a content, unless it is too large. {@return whether it is held} */
    boolean hold(ContentRef ref, byte[] content) {
        if (content.length > MAX_BYTES_EACH) {
            return false;
        }
        synchronized (lock) {
            drop(ref);
            contents.put(ref, content);
            bytes += content.length;
            while (bytes > MAX_BYTES) {
                drop(contents.keySet().iterator().next());
            }
        }
        return true;
    }

    /** Hands a content over and forgets it; null if it is not held. */
    byte @Nullable [] take(ContentRef ref) {
        synchronized (lock) {
            return drop(ref);
        }
    }

    private byte @Nullable [] drop(ContentRef ref) {
        byte[] content = contents.remove(ref);
        bytes -= content == null ? 0 : content.length;
        return content;
    }

    void clear() {
        synchronized (lock) {
            contents.clear();
            bytes = 0;
        }
    }
}
