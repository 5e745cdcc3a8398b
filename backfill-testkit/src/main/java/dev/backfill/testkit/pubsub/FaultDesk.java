package dev.backfill.testkit.pubsub;

import io.grpc.Status;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** What goes wrong now: the plan of faults, the standing conditions, and the requests that are held. Thread-safe. */
final class FaultDesk {
    static final Predicate<PublishedMessage> NOTHING = message -> false;

    private final Object lock = new Object();
    // All guarded by lock
    private final Deque<PublishFault> plan = new ArrayDeque<>();
    private final List<Runnable> held = new ArrayList<>();
    private int hitsOfFirst;
    private boolean stalled;

    private volatile Status.@Nullable Code down;
    private volatile Status.@Nullable Code topicCalls;
    private volatile Duration latency = Duration.ZERO;
    private volatile Predicate<PublishedMessage> rejected = NOTHING;

    void plan(List<PublishFault> faults) {
        synchronized (lock) {
            plan.addAll(faults);
        }
    }

    /** The fault for the request at hand; counts it. Null when there is none. */
    @Nullable
    PublishFault next() {
        synchronized (lock) {
            PublishFault first = plan.peek();
            if (first == null) {
                return null;
            }
            hitsOfFirst++;
            if (hitsOfFirst >= first.requests()) {
                plan.poll();
                hitsOfFirst = 0;
            }
            return first;
        }
    }

    /** How many requests the plan still has to hit. */
    int left() {
        synchronized (lock) {
            return plan.stream().mapToInt(PublishFault::requests).sum() - hitsOfFirst;
        }
    }

    void stall() {
        synchronized (lock) {
            stalled = true;
        }
    }

    void goDown(Status.Code code) {
        down = code;
    }

    /** Ends a stall and a down time; the requests that were held go on, on this thread. */
    void comeBack() {
        down = null;
        List<Runnable> released;
        synchronized (lock) {
            stalled = false;
            released = List.copyOf(held);
            held.clear();
        }
        released.forEach(Runnable::run);
    }

    /** Keeps a request back while the server is stalled; false when it is not. */
    boolean hold(Runnable request) {
        synchronized (lock) {
            if (stalled) {
                held.add(request);
            }
            return stalled;
        }
    }

    /** Forgets a request that may be held: its client has given up and sends it again. */
    void letGo(Runnable request) {
        synchronized (lock) {
            held.remove(request);
        }
    }

    int heldRequests() {
        synchronized (lock) {
            return held.size();
        }
    }

    Status.@Nullable Code down() {
        return down;
    }

    Status.@Nullable Code topicCalls() {
        return topicCalls;
    }

    void topicCalls(Status.@Nullable Code code) {
        topicCalls = code;
    }

    Duration latency() {
        return latency;
    }

    void latency(Duration duration) {
        latency = duration;
    }

    Predicate<PublishedMessage> rejected() {
        return rejected;
    }

    void rejected(Predicate<PublishedMessage> predicate) {
        rejected = predicate;
    }
}
