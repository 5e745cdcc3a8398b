package dev.backfill.testkit.pubsub;

import com.google.pubsub.v1.PubsubMessage;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;

/** What one topic has taken, and the subscriptions it feeds. Thread-safe. */
final class TopicLog {
    private final String name;
    private final Retention retention;
    private final AtomicLong ids;
    private final List<SubscriptionQueue> subscriptions = new CopyOnWriteArrayList<>();

    private final Object lock = new Object();
    // All guarded by lock
    private final List<PublishedMessage> messages = new ArrayList<>();
    private final KeySet keys = new KeySet();
    private long count;
    private long dataBytes;

    TopicLog(String name, Retention retention, AtomicLong ids) {
        this.name = name;
        this.retention = retention;
        this.ids = ids;
    }

    String name() {
        return name;
    }

    /** Takes messages, all of them in order; gives their ids. */
    List<String> append(List<PubsubMessage> taken, Instant now) {
        List<String> messageIds = new ArrayList<>(taken.size());
        boolean keep = retention != Retention.KEYS_ONLY;
        List<PublishedMessage> kept = keep ? new ArrayList<>(taken.size()) : List.of();
        synchronized (lock) {
            for (PubsubMessage message : taken) {
                long id = ids.incrementAndGet();
                messageIds.add(Long.toString(id));
                count++;
                dataBytes += message.getData().size();
                String key = message.getAttributesOrDefault(PublishedMessage.DEDUPE_KEY, "");
                if (!key.isEmpty()) {
                    keys.add(key);
                }
                if (keep) {
                    kept.add(new PublishedMessage(id, message, now));
                }
            }
            if (retention == Retention.ALL) {
                messages.addAll(kept);
            }
            if (keep) {
                // Inside the lock, so that every subscription sees the topic's order
                subscriptions.forEach(subscription -> subscription.offer(kept));
            }
        }
        if (keep) {
            subscriptions.forEach(SubscriptionQueue::wakeReaders);
        }
        return messageIds;
    }

    void attach(SubscriptionQueue subscription) {
        subscriptions.add(subscription);
    }

    void detach(SubscriptionQueue subscription) {
        subscriptions.remove(subscription);
    }

    List<PublishedMessage> messages() {
        synchronized (lock) {
            return List.copyOf(messages);
        }
    }

    long count() {
        synchronized (lock) {
            return count;
        }
    }

    long dataBytes() {
        synchronized (lock) {
            return dataBytes;
        }
    }

    int distinctKeys() {
        synchronized (lock) {
            return keys.size();
        }
    }

    void clear() {
        synchronized (lock) {
            messages.clear();
            keys.clear();
            count = 0;
            dataBytes = 0;
        }
    }
}
