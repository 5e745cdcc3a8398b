package dev.backfill.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PubsubMessage;
import io.grpc.StatusRuntimeException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

/** What holds of Google's emulator and so must hold of ours: each runs these tests. */
interface PubSubBehaviour {
    Duration IDLE = Duration.ofSeconds(20);
    AtomicInteger NEXT = new AtomicInteger();

    /** Where it listens. */
    String host();

    @Test
    default void whatIsPublishedIsPulledBackOnceWithBytesAttributesAndIds() {
        try (PubSubTestClient client = PubSubTestClient.connect(host())) {
            String topic = newTopic(client);
            String subscription = newSubscription(client, topic);
            List<String> ids = new ArrayList<>();
            for (int request = 0; request < 5; request++) {
                ids.addAll(client.publish(topic, messages(request * 500, 500)));
            }
            List<PublishedMessage> received = new ArrayList<>();
            long count = client.receive(subscription, 2_500, IDLE, received::add);

            assertThat(count).isEqualTo(2_500);
            assertThat(received).extracting(PublishedMessage::messageId).containsExactlyInAnyOrderElementsOf(ids);
            assertThat(received)
                    .allSatisfy(message -> assertThat(message.text())
                            .isEqualTo("payload of " + message.attributes().get("number")));
        }
    }

    @Test
    default void messagesOfOneOrderingKeyComeInOrder() {
        try (PubSubTestClient client = PubSubTestClient.connect(host())) {
            String topic = newTopic(client);
            String subscription = newSubscription(client, topic);
            for (int request = 0; request < 4; request++) {
                client.publish(
                        topic,
                        messages(request * 100, 100).stream()
                                .map(message -> message.toBuilder()
                                        .setOrderingKey("user")
                                        .build())
                                .toList());
            }
            List<Integer> numbers = new ArrayList<>();
            client.receive(
                    subscription,
                    400,
                    IDLE,
                    message -> numbers.add(Integer.valueOf(message.attributes().get("number"))));
            assertThat(numbers).hasSize(400).isSorted();
        }
    }

    @Test
    default void whatIsMadeAndDeletedTwiceIsMadeAndDeletedOnce() {
        try (PubSubTestClient client = PubSubTestClient.connect(host())) {
            String topic = newTopic(client);
            String subscription = newSubscription(client, topic);
            assertThat(client.createTopic(topic)).isFalse();
            assertThat(client.createSubscription(subscription, topic)).isFalse();

            assertThat(client.deleteSubscription(subscription)).isTrue();
            assertThat(client.deleteSubscription(subscription)).isFalse();
            refused("NOT_FOUND", () -> client.receive(subscription, 1, IDLE, message -> {}));
            assertThat(client.createSubscription(subscription, topic)).isTrue();

            assertThat(client.deleteTopic(topic)).isTrue();
            assertThat(client.deleteTopic(topic)).isFalse();
            refused("NOT_FOUND", () -> client.publish(topic, messages(0, 1)));
        }
    }

    @Test
    default void anUnknownTopicIsNotFound() {
        try (PubSubTestClient client = PubSubTestClient.connect(host())) {
            refused("NOT_FOUND", () -> client.publish("projects/p/topics/nowhere", messages(0, 1)));
        }
    }

    @Test
    default void anUnknownSubscriptionIsNotFound() {
        try (PubSubTestClient client = PubSubTestClient.connect(host())) {
            refused("NOT_FOUND", () -> client.receive("projects/p/subscriptions/nowhere", 1, IDLE, message -> {}));
        }
    }

    @Test
    default void aRequestWithTooManyMessagesOrWithoutAnyIsAnInvalidArgument() {
        try (PubSubTestClient client = PubSubTestClient.connect(host())) {
            String topic = newTopic(client);
            refused("INVALID_ARGUMENT", () -> client.publish(topic, messages(0, 1_001)));
            refused("INVALID_ARGUMENT", () -> client.publish(topic, List.of(PubsubMessage.getDefaultInstance())));
            refused("INVALID_ARGUMENT", () -> client.publish(topic, List.of()));
            assertThat(client.publish(topic, messages(0, 1_000))).hasSize(1_000);
        }
    }

    private static void refused(String code, Runnable call) {
        assertThatThrownBy(call::run).isInstanceOf(StatusRuntimeException.class).hasMessageStartingWith(code);
    }

    private static String newTopic(PubSubTestClient client) {
        String topic = "projects/behaviour/topics/topic-" + NEXT.incrementAndGet();
        client.createTopic(topic);
        client.createTopic(topic);
        return topic;
    }

    private static String newSubscription(PubSubTestClient client, String topic) {
        String subscription = "projects/behaviour/subscriptions/sub-" + NEXT.incrementAndGet();
        client.createSubscription(subscription, topic);
        return subscription;
    }

    private static List<PubsubMessage> messages(int from, int count) {
        List<PubsubMessage> messages = new ArrayList<>(count);
        for (int i = from; i < from + count; i++) {
            messages.add(PubsubMessage.newBuilder()
                    .setData(ByteString.copyFromUtf8("payload of " + i))
                    .putAttributes("number", Integer.toString(i))
                    .build());
        }
        return messages;
    }
}
