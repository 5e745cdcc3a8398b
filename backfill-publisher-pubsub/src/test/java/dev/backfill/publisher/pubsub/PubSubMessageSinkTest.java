package dev.backfill.publisher.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.backfill.api.InvalidRequestException;
import dev.backfill.spi.MessagePublisher;
import dev.backfill.spi.MessageSink;
import dev.backfill.spi.OutboundMessage;
import dev.backfill.spi.SinkException;
import dev.backfill.testkit.pubsub.InProcessPubSub;
import dev.backfill.testkit.pubsub.PublishedMessage;
import io.grpc.Status;
import java.util.Map;
import java.util.ServiceLoader;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class PubSubMessageSinkTest {
    private final InProcessPubSub pubSub = InProcessPubSub.start();

    @AfterEach
    void stop() {
        pubSub.close();
    }

    @Test
    void theServiceFileNamesTheSink() {
        assertThat(ServiceLoader.load(MessageSink.class, PubSubMessageSink.class.getClassLoader()))
                .hasAtLeastOneElementOfType(PubSubMessageSink.class);
    }

    @Test
    void whatIsPublishedArrivesWithItsBytesAndAttributes() throws Exception {
        pubSub.createTopic(Sinks.TOPIC);
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            OutboundMessage sent = new OutboundMessage(
                    new byte[] {0, 1, (byte) 0xff}, Map.of("dedupe_key", "k", "operation", "create"), "k", null);
            String id = publisher.publish(sent).toCompletableFuture().get();

            assertThat(pubSub.messages(Sinks.TOPIC)).singleElement().satisfies(message -> {
                assertThat(message.messageId()).isEqualTo(id);
                assertThat(message.data()).isEqualTo(sent.data());
                assertThat(message.attributes()).isEqualTo(sent.attributes());
            });
        }
    }

    @Test
    void manyMessagesArriveInFewRequestsEachOnce() throws Exception {
        pubSub.createTopic(Sinks.TOPIC);
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            Sinks.ids(Sinks.publish(publisher, 5_000));
        }
        assertThat(pubSub.count(Sinks.TOPIC)).isEqualTo(5_000);
        assertThat(pubSub.distinctKeys(Sinks.TOPIC)).isEqualTo(5_000);
        assertThat(pubSub.publishRequests()).isLessThan(500);
    }

    @Test
    void aMissingTopicIsNamedWhenOpening() {
        assertThatThrownBy(() -> Sinks.open(pubSub.host())).isInstanceOfSatisfying(SinkException.class, problem -> {
            assertThat(problem.kind()).isEqualTo(SinkException.Kind.FATAL);
            assertThat(problem.code()).isEqualTo("TOPIC_NOT_FOUND");
            assertThat(problem).hasMessageContaining(Sinks.TOPIC).hasMessageContaining("create-topic");
        });
    }

    @Test
    void aMissingTopicIsCreatedWhenWanted() throws Exception {
        try (MessagePublisher publisher = Sinks.open(pubSub.host(), "create-topic", "true")) {
            Sinks.ids(Sinks.publish(publisher, 3));
        }
        assertThat(pubSub.messages(Sinks.TOPIC))
                .extracting(PublishedMessage::dedupeKey)
                .containsExactlyInAnyOrder("key-0", "key-1", "key-2");
    }

    @Test
    void whoMayNotLookForTheTopicMayStillPublish() throws Exception {
        pubSub.createTopic(Sinks.TOPIC);
        pubSub.refuseTopicCalls(Status.Code.PERMISSION_DENIED);
        try (MessagePublisher publisher = Sinks.open(pubSub.host())) {
            Sinks.ids(Sinks.publish(publisher, 3));
        }
        assertThat(pubSub.count(Sinks.TOPIC)).isEqualTo(3);
    }

    @Test
    void anEmulatorThatIsNotThereIsNamed() {
        String host = pubSub.host();
        pubSub.close();
        assertThatThrownBy(() -> Sinks.open(host)).isInstanceOfSatisfying(SinkException.class, problem -> {
            assertThat(problem.code()).isEqualTo("EMULATOR_NOT_REACHABLE");
            assertThat(problem).hasMessageContaining(host).hasMessageContaining("PUBSUB_EMULATOR_HOST");
        });
    }

    @Test
    void refusedCredentialsAreFatal() {
        pubSub.refuseTopicCalls(Status.Code.UNAUTHENTICATED);
        assertThatThrownBy(() -> Sinks.open(pubSub.host()))
                .isInstanceOfSatisfying(
                        SinkException.class,
                        problem -> assertThat(problem.code()).isEqualTo("UNAUTHENTICATED"));
    }

    @Test
    void anUnknownSettingIsRefused() {
        assertThatThrownBy(() -> Sinks.open(pubSub.host(), "topik", "emails"))
                .isInstanceOf(InvalidRequestException.class)
                .hasMessageContaining("pubsub.topik");
    }
}
