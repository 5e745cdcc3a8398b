package dev.backfill.testkit.pubsub;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The topics and subscriptions of an {@link InProcessPubSub}; outlives its server, so that a cut loses nothing. Thread-safe. */
final class PubSubState {
    /** What a subscription without an acknowledgement deadline gets: the real service's default. */
    static final Duration DEFAULT_ACK_DEADLINE = Duration.ofSeconds(10);

    private static final int MIN_ACK_SECONDS = 10;
    private static final int MAX_ACK_SECONDS = 600;
    private static final String ID = "[A-Za-z][A-Za-z0-9._~+%-]{2,254}";
    private static final Pattern TOPIC = Pattern.compile("projects/[^/\\s]+/topics/(?!goog)" + ID);
    private static final Pattern SUBSCRIPTION = Pattern.compile("projects/[^/\\s]+/subscriptions/(?!goog)" + ID);

    private final Retention retention;
    private final InstantSource clock;
    private final AtomicLong ids = new AtomicLong();
    private final Map<String, TopicLog> topics = new ConcurrentSkipListMap<>();
    private final Map<String, SubscriptionQueue> subscriptions = new ConcurrentSkipListMap<>();

    PubSubState(Retention retention, InstantSource clock) {
        this.retention = retention;
        this.clock = clock;
    }

    InstantSource clock() {
        return clock;
    }

    Map<String, TopicLog> topics() {
        return topics;
    }

    TopicLog createTopic(String name) {
        checkName(name, TOPIC, "topics");
        TopicLog created = new TopicLog(name, retention, ids);
        if (topics.putIfAbsent(name, created) != null) {
            throw exists(name);
        }
        return created;
    }

    TopicLog topic(String name) {
        return found(topics.get(name), name);
    }

    void deleteTopic(String name) {
        found(topics.remove(name), name);
    }

    SubscriptionQueue createSubscription(String name, String topicName, int ackSeconds, boolean ordered) {
        checkName(name, SUBSCRIPTION, "subscriptions");
        if (ackSeconds != 0 && (ackSeconds < MIN_ACK_SECONDS || ackSeconds > MAX_ACK_SECONDS)) {
            throw invalid("Invalid ack deadline given: " + ackSeconds + ". It must be between " + MIN_ACK_SECONDS
                    + " and " + MAX_ACK_SECONDS + " seconds.");
        }
        TopicLog topic = topic(topicName);
        Duration deadline = ackSeconds == 0 ? DEFAULT_ACK_DEADLINE : Duration.ofSeconds(ackSeconds);
        SubscriptionQueue created = new SubscriptionQueue(name, topic, deadline, ordered, clock);
        if (subscriptions.putIfAbsent(name, created) != null) {
            throw exists(name);
        }
        topic.attach(created);
        return created;
    }

    SubscriptionQueue subscription(String name) {
        return found(subscriptions.get(name), name);
    }

    void deleteSubscription(String name) {
        SubscriptionQueue removed = found(subscriptions.remove(name), name);
        removed.topic().detach(removed);
    }

    static StatusRuntimeException invalid(String description) {
        return Status.INVALID_ARGUMENT.withDescription(description).asRuntimeException();
    }

    private static void checkName(String name, Pattern pattern, String collection) {
        if (!pattern.matcher(name).matches()) {
            throw invalid("Invalid resource name given (name=" + name + "): it must read projects/PROJECT/" + collection
                    + "/ID, and ID must begin with a letter and have 3 to 255 characters.");
        }
    }

    private static <T> T found(@Nullable T resource, String name) {
        if (resource == null) {
            throw Status.NOT_FOUND
                    .withDescription("Resource not found (resource=" + shortName(name) + ").")
                    .asRuntimeException();
        }
        return resource;
    }

    private static StatusRuntimeException exists(String name) {
        return Status.ALREADY_EXISTS
                .withDescription("Resource already exists in the project (resource=" + shortName(name) + ").")
                .asRuntimeException();
    }

    private static String shortName(String name) {
        return name.substring(name.lastIndexOf('/') + 1);
    }
}
