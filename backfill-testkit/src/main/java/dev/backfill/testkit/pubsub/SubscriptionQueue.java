package dev.backfill.testkit.pubsub;

import com.google.protobuf.Timestamp;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The messages of one subscription: waiting, or handed out until acknowledged or until their deadline has passed. With message
 * ordering, a message that comes again brings the later ones of its ordering key with it, as the real service does. Thread-safe.
 */
final class SubscriptionQueue {
    /** One message with a reader: which, and until when. */
    private record HandedOut(PublishedMessage message, int attempt, Instant deadline) {}

    private final String name;
    private final TopicLog topic;
    private final Duration ackDeadline;
    private final boolean ordered;
    private final InstantSource clock;
    private final List<Runnable> readers = new CopyOnWriteArrayList<>();

    private final Object lock = new Object();
    // All guarded by lock
    private final Deque<PublishedMessage> fresh = new ArrayDeque<>();
    private final TreeMap<Long, HandedOut> again = new TreeMap<>();
    private final Map<String, HandedOut> out = new LinkedHashMap<>();
    private long acknowledged;

    SubscriptionQueue(String name, TopicLog topic, Duration ackDeadline, boolean ordered, InstantSource clock) {
        this.name = name;
        this.topic = topic;
        this.ackDeadline = ackDeadline;
        this.ordered = ordered;
        this.clock = clock;
    }

    String name() {
        return name;
    }

    TopicLog topic() {
        return topic;
    }

    Duration ackDeadline() {
        return ackDeadline;
    }

    boolean ordered() {
        return ordered;
    }

    void offer(List<PublishedMessage> messages) {
        synchronized (lock) {
            fresh.addAll(messages);
        }
    }

    /** Runs the reader's action whenever there may be something for it; on the thread that brought it. */
    void addReader(Runnable reader) {
        readers.add(reader);
    }

    void removeReader(Runnable reader) {
        readers.remove(reader);
    }

    void wakeReaders() {
        readers.forEach(Runnable::run);
    }

    /** Hands out up to so many messages and bytes, at least one when there is one. */
    List<ReceivedMessage> take(int maxMessages, long maxBytes, Duration deadline) {
        List<ReceivedMessage> taken = new ArrayList<>();
        Instant now = clock.instant();
        synchronized (lock) {
            returnExpired(now);
            long bytes = 0;
            while (taken.size() < maxMessages && (taken.isEmpty() || bytes < maxBytes)) {
                HandedOut next = next(now.plus(deadline));
                if (next == null) {
                    break;
                }
                String ackId = next.message().sequence() + "-" + next.attempt();
                out.put(ackId, next);
                bytes += next.message().dataBytes();
                taken.add(ReceivedMessage.newBuilder()
                        .setAckId(ackId)
                        .setMessage(wire(next.message()))
                        .setDeliveryAttempt(next.attempt())
                        .build());
            }
        }
        return taken;
    }

    void acknowledge(Collection<String> ackIds) {
        synchronized (lock) {
            for (String ackId : ackIds) {
                if (out.remove(ackId) != null) {
                    acknowledged++;
                }
            }
            lock.notifyAll();
        }
    }

    /** Waits until nothing is left to acknowledge: a client may send its acknowledgements late, and not all when it stops. False if the time was too short. */
    boolean awaitEmpty(Duration atMost) throws InterruptedException {
        long end = System.nanoTime() + atMost.toNanos();
        synchronized (lock) {
            while (backlog() > 0) {
                long left = TimeUnit.NANOSECONDS.toMillis(end - System.nanoTime());
                if (left <= 0) {
                    return false;
                }
                lock.wait(left);
            }
            return true;
        }
    }

    /** Moves deadlines; zero gives the message back at once. */
    void modifyDeadline(Collection<String> ackIds, Duration deadline) {
        Instant until = clock.instant().plus(deadline);
        synchronized (lock) {
            for (String ackId : ackIds) {
                HandedOut held = out.get(ackId);
                if (held == null) {
                    continue;
                }
                if (deadline.isZero()) {
                    giveBack(ackId, held);
                } else {
                    out.put(ackId, new HandedOut(held.message(), held.attempt(), until));
                }
            }
        }
        if (deadline.isZero()) {
            wakeReaders();
        }
    }

    /** How many messages are not acknowledged yet. */
    long backlog() {
        synchronized (lock) {
            return (long) fresh.size() + again.size() + out.size();
        }
    }

    long acknowledged() {
        synchronized (lock) {
            return acknowledged;
        }
    }

    boolean isHeld(String ackId) {
        synchronized (lock) {
            return out.containsKey(ackId);
        }
    }

    private @Nullable HandedOut next(Instant until) {
        Map.Entry<Long, HandedOut> returned = again.pollFirstEntry();
        if (returned != null) {
            HandedOut before = returned.getValue();
            return new HandedOut(before.message(), before.attempt() + 1, until);
        }
        PublishedMessage message = fresh.poll();
        return message == null ? null : new HandedOut(message, 1, until);
    }

    private void returnExpired(Instant now) {
        List<Map.Entry<String, HandedOut>> expired = out.entrySet().stream()
                .filter(entry -> !entry.getValue().deadline().isAfter(now))
                .map(entry -> Map.entry(entry.getKey(), entry.getValue()))
                .toList();
        expired.forEach(entry -> giveBack(entry.getKey(), entry.getValue()));
    }

    private void giveBack(String ackId, HandedOut held) {
        if (out.remove(ackId) == null) {
            return;
        }
        again.put(held.message().sequence(), held);
        String key = held.message().orderingKey();
        if (!ordered || key.isEmpty()) {
            return;
        }
        for (Iterator<HandedOut> later = out.values().iterator(); later.hasNext(); ) {
            HandedOut other = later.next();
            if (other.message().orderingKey().equals(key)
                    && other.message().sequence() > held.message().sequence()) {
                later.remove();
                again.put(other.message().sequence(), other);
            }
        }
    }

    private static PubsubMessage wire(PublishedMessage message) {
        return PubsubMessage.newBuilder()
                .setMessageId(message.messageId())
                .setData(message.payload())
                .putAllAttributes(message.attributes())
                .setOrderingKey(message.orderingKey())
                .setPublishTime(Timestamp.newBuilder()
                        .setSeconds(message.publishTime().getEpochSecond())
                        .setNanos(message.publishTime().getNano()))
                .build();
    }
}
