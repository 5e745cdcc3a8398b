package dev.backfill.core.throttle;

import dev.backfill.spi.Quota;
import dev.backfill.spi.TimeSource;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/**
 * The limits of every mailbox that is open, or whose quota is not whole again: whoever opens it again within its window finds
 * what was spent. Thread-safe.
 */
final class LimitsRegistry {
    /** Who shares limits. */
    record Key(String provider, String projectKey, String mailboxKey, List<Quota> quotas) {}

    private static final long SWEEP_NANOS = Duration.ofMinutes(1).toNanos();

    private final TimeSource time;
    private final Function<Key, MailboxLimits> maker;

    private final Object lock = new Object();
    // All guarded by the lock
    private final Map<Key, Entry> entries = new HashMap<>();
    private long lastSweepNanos;

    LimitsRegistry(TimeSource time, Function<Key, MailboxLimits> maker) {
        this.time = time;
        this.maker = maker;
        this.lastSweepNanos = time.nanoTime();
    }

    /** Finds or makes a mailbox's limits; to be released as often as acquired. */
    MailboxLimits acquire(Key key) {
        synchronized (lock) {
            sweepSometimes();
            Entry entry = entries.computeIfAbsent(key, absent -> new Entry(maker.apply(absent)));
            entry.users++;
            return entry.limits;
        }
    }

    void release(Key key) {
        synchronized (lock) {
            Entry entry = entries.get(key);
            if (entry != null) {
                entry.users--;
            }
        }
    }

    /** How many mailboxes are remembered. */
    int size() {
        synchronized (lock) {
            return entries.size();
        }
    }

    private void sweepSometimes() {
        long now = time.nanoTime();
        if (now - lastSweepNanos >= SWEEP_NANOS) {
            lastSweepNanos = now;
            entries.values().removeIf(entry -> entry.users == 0 && entry.limits.isIdle());
        }
    }

    /** A mailbox's limits and how many gates use them. */
    private static final class Entry {
        private final MailboxLimits limits;
        private int users;

        Entry(MailboxLimits limits) {
            this.limits = limits;
        }
    }
}
