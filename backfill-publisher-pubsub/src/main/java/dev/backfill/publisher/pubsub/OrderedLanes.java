package dev.backfill.publisher.pubsub;

import dev.backfill.spi.SinkException.Kind;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Keeps the order of each ordering key through a failure. The vendor's publisher stops a key at its first failure and drops what
 * it holds of it, in any order. A lane collects all of that; then it either sends the refused batch one by one and lets the rest
 * follow (one message was bad), or fails everything together (the topic is gone). Thread-safe.
 */
final class OrderedLanes implements SingleSender.Listener {
    /** What the lanes need of the vendor's publisher and of the engine's futures. */
    interface Port {
        /** Hands a message to the vendor's publisher. */
        void publish(Delivery delivery);

        /** Lets the vendor's publisher go on with a key; does not block. */
        void resume(String orderingKey);

        /** Ends a message well. */
        void settle(Delivery delivery, String messageId);

        /** Ends a message with what the failure means. */
        void settle(Delivery delivery, Throwable failure);
    }

    /** One key's messages; guarded by the lock. */
    private static final class Lane {
        /** With the vendor's publisher, by place. */
        private final Map<Delivery, Long> atVendor = new HashMap<>();
        /** Refused with their batch, by place: to be sent one by one. */
        private final TreeMap<Long, Delivery> suspects = new TreeMap<>();
        /** Dropped before they were sent, by place. */
        private final TreeMap<Long, Delivery> unsent = new TreeMap<>();
        /** Came while the key was stopped. */
        private final Deque<Delivery> later = new ArrayDeque<>();

        private long places;
        private boolean broken;
        private @Nullable Throwable cause;
    }

    private final PubSubErrors errors;
    private final SingleSender singles;
    private final Port port;

    private final Object lock = new Object();
    // Guarded by lock
    private final Map<String, Lane> lanes = new HashMap<>();

    OrderedLanes(PubSubErrors errors, SingleSender singles, Port port) {
        this.errors = errors;
        this.singles = singles;
        this.port = port;
    }

    void publish(Delivery delivery) {
        synchronized (lock) {
            Lane lane = lanes.computeIfAbsent(delivery.orderingKey(), key -> new Lane());
            if (lane.broken) {
                lane.later.add(delivery);
            } else {
                handOver(lane, delivery);
            }
        }
    }

    /** Inside the lock, so that two threads' messages keep one order; it neither blocks nor calls back on this thread. */
    private void handOver(Lane lane, Delivery delivery) {
        lane.atVendor.put(delivery, lane.places++);
        port.publish(delivery);
    }

    void acknowledged(Delivery delivery, String messageId) {
        port.settle(delivery, messageId);
        List<Runnable> next = new ArrayList<>();
        synchronized (lock) {
            Lane lane = lanes.get(delivery.orderingKey());
            if (lane != null && lane.atVendor.remove(delivery) != null && lane.atVendor.isEmpty()) {
                if (lane.broken) {
                    repair(delivery.orderingKey(), lane, next);
                } else {
                    lanes.remove(delivery.orderingKey());
                }
            }
        }
        next.forEach(Runnable::run);
    }

    void failed(Delivery delivery, Throwable failure) {
        List<Runnable> next = new ArrayList<>();
        synchronized (lock) {
            Lane lane = lanes.get(delivery.orderingKey());
            Long place = lane == null ? null : lane.atVendor.remove(delivery);
            if (lane == null || place == null) {
                return;
            }
            lane.broken = true;
            if (errors.isOrderingStop(failure)) {
                lane.unsent.put(place, delivery);
            } else {
                lane.suspects.put(place, delivery);
                lane.cause = failure;
            }
            if (lane.atVendor.isEmpty()) {
                repair(delivery.orderingKey(), lane, next);
            }
        }
        next.forEach(Runnable::run);
    }

    /** The vendor's publisher holds nothing of the key any more. Guarded by the lock; what is to be done goes to next. */
    private void repair(String key, Lane lane, List<Runnable> next) {
        Throwable cause = lane.cause;
        lane.cause = null;
        if (cause == null || errors.isContentRefused(cause)) {
            sendNext(key, lane, next);
        } else {
            failAll(key, lane, cause, next);
        }
    }

    private void sendNext(String key, Lane lane, List<Runnable> next) {
        Map.Entry<Long, Delivery> first = lane.suspects.firstEntry();
        if (first == null) {
            goOn(key, lane);
        } else {
            next.add(() -> singles.send(first.getValue(), this));
        }
    }

    /**
     * Hands what was held up to the vendor's publisher, in order and in batches again. That publisher may stop the key once more
     * after it was told to go on, because it does so only after it has told of the failure; then all of this comes back unsent.
     */
    private void goOn(String key, Lane lane) {
        List<Delivery> held = new ArrayList<>(lane.unsent.values());
        held.addAll(lane.later);
        lane.unsent.clear();
        lane.later.clear();
        lane.broken = false;
        port.resume(key);
        held.forEach(delivery -> handOver(lane, delivery));
        if (held.isEmpty()) {
            lanes.remove(key);
        }
    }

    private void failAll(String key, Lane lane, Throwable cause, List<Runnable> next) {
        List<Delivery> all = new ArrayList<>(lane.suspects.values());
        all.addAll(lane.unsent.values());
        all.addAll(lane.later);
        all.forEach(delivery -> next.add(() -> port.settle(delivery, cause)));
        port.resume(key);
        lanes.remove(key);
    }

    @Override
    public void taken(Delivery delivery, String messageId) {
        port.settle(delivery, messageId);
        afterSingle(delivery, null);
    }

    @Override
    public void refused(Delivery delivery, Throwable failure) {
        if (errors.publishFailure(failure).kind() == Kind.PERMANENT) {
            port.settle(delivery, failure);
            afterSingle(delivery, null);
        } else {
            // Later messages must not overtake this one: the engine hands all of them over again
            afterSingle(delivery, failure);
        }
    }

    private void afterSingle(Delivery delivery, @Nullable Throwable stop) {
        List<Runnable> next = new ArrayList<>();
        String key = delivery.orderingKey();
        synchronized (lock) {
            Lane lane = lanes.get(key);
            if (lane == null) {
                return;
            }
            if (stop != null) {
                failAll(key, lane, stop, next);
            } else {
                lane.suspects.pollFirstEntry();
                sendNext(key, lane, next);
            }
        }
        next.forEach(Runnable::run);
    }
}
