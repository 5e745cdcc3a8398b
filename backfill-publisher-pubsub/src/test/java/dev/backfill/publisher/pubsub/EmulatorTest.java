package dev.backfill.publisher.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletionStage;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The sink against Google's own emulator, wherever its jar is found. */
class EmulatorTest {
    @RegisterExtension
    static final EmulatorExtension EMULATOR = new EmulatorExtension();

    private static final Duration IDLE = Duration.ofSeconds(20);

    @Test
    void everythingArrivesOnceWithBytesAndAttributes() throws Exception {
        String topic = topic("all");
        EMULATOR.client().createTopic(topic);
        EMULATOR.client().createSubscription(subscription("all"), topic);
        try (MessagePublisher publisher = Sinks.open(EMULATOR.host(), "topic", topic)) {
            Sinks.ids(Sinks.publish(publisher, 2_000));
        }
        Map<String, String> received = new HashMap<>();
        long count = EMULATOR.client()
                .receive(
                        subscription("all"),
                        2_000,
                        IDLE,
                        message -> received.put(message.dedupeKey(), message.text() + message.attributes()));
        assertThat(count).isEqualTo(2_000);
        assertThat(received).hasSize(2_000);
        assertThat(received.get("key-7")).contains("{\"number\":7}").contains("event_type=email");
    }

    @Test
    void aMissingTopicIsNamedAndCreatedWhenWanted() throws Exception {
        String topic = topic("later");
        assertThatThrownBy(() -> Sinks.open(EMULATOR.host(), "topic", topic))
                .isInstanceOfSatisfying(SinkException.class, problem -> {
                    assertThat(problem.code()).isEqualTo("TOPIC_NOT_FOUND");
                    assertThat(problem).hasMessageContaining(topic);
                });
        try (MessagePublisher publisher = Sinks.open(EMULATOR.host(), "topic", topic, "create-topic", "true")) {
            Sinks.ids(Sinks.publish(publisher, 3));
        }
    }

    @Test
    void aTopicDeletedMeanwhileIsFatal() throws Exception {
        String topic = topic("gone");
        EMULATOR.client().createTopic(topic);
        try (MessagePublisher publisher = Sinks.open(EMULATOR.host(), "topic", topic)) {
            EMULATOR.client().deleteTopic(topic);
            assertThat(Sinks.failure(publisher.publish(Sinks.message(1))))
                    .isInstanceOfSatisfying(
                            SinkException.class,
                            problem -> assertThat(problem.code()).isEqualTo("TOPIC_NOT_FOUND"));
        }
    }

    @Test
    void messagesOfAnOrderingKeyArriveInOrder() throws Exception {
        String topic = topic("ordered");
        EMULATOR.client().createTopic(topic);
        EMULATOR.client().createSubscription(subscription("ordered"), topic);
        try (MessagePublisher publisher = Sinks.open(EMULATOR.host(), "topic", topic, "ordering", "true")) {
            List<CompletionStage<String>> stages = new ArrayList<>();
            for (int i = 0; i < 500; i++) {
                stages.add(publisher.publish(Sinks.message(i, "user-1")));
            }
            Sinks.ids(stages);
        }
        List<String> keys = new ArrayList<>();
        EMULATOR.client().receive(subscription("ordered"), 500, IDLE, message -> keys.add(message.dedupeKey()));
        assertThat(keys)
                .isEqualTo(IntStream.range(0, 500).mapToObj(i -> "key-" + i).toList());
    }

    @Test
    void aMessageAsLargeAsAllowedArrives() throws Exception {
        String topic = topic("large");
        EMULATOR.client().createTopic(topic);
        EMULATOR.client().createSubscription(subscription("large"), topic);
        try (MessagePublisher publisher = Sinks.open(EMULATOR.host(), "topic", topic)) {
            byte[] data = new byte[(int) publisher.limits().maxMessageBytes()];
            Sinks.ids(List.of(publisher.publish(new OutboundMessage(data, Map.of(), "large", null))));
        }
        List<Integer> sizes = new ArrayList<>();
        EMULATOR.client().receive(subscription("large"), 1, IDLE, message -> sizes.add(message.dataBytes()));
        assertThat(sizes).containsExactly(9_990_000);
    }

    private static String topic(String id) {
        return "projects/" + Sinks.PROJECT + "/topics/emulated-" + id;
    }

    private static String subscription(String id) {
        return "projects/" + Sinks.PROJECT + "/subscriptions/emulated-" + id;
    }
}
