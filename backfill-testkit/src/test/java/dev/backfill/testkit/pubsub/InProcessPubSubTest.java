package dev.backfill.testkit.pubsub;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import com.google.api.gax.core.NoCredentialsProvider;
import com.google.api.gax.grpc.InstantiatingGrpcChannelProvider;
import com.google.cloud.pubsub.v1.AckReplyConsumer;
import com.google.cloud.pubsub.v1.MessageReceiver;
import com.google.cloud.pubsub.v1.Subscriber;
import com.google.cloud.pubsub.v1.SubscriptionAdminSettings;
import com.google.protobuf.ByteString;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublishResponse;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.ReceivedMessage;
import io.grpc.Context;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class InProcessPubSubTest {
    private static final String TOPIC = "projects/p/topics/emails";
    private static final String SUBSCRIPTION = "projects/p/subscriptions/loader";

    private final AtomicReference<Instant> now = new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
    private final InProcessPubSub pubSub = InProcessPubSub.start(Retention.ALL, now::get);
    private final PubSubTestClient client = PubSubTestClient.connect(pubSub.host());

    @Nested
    class LikeTheRealOne implements PubSubBehaviour {
        @Override
        public String host() {
            return pubSub.host();
        }
    }

    @BeforeEach
    void create() {
        pubSub.createTopic(TOPIC);
        pubSub.createSubscription(SUBSCRIPTION, TOPIC);
    }

    @AfterEach
    void stop() {
        client.close();
        pubSub.close();
    }

    @Test
    void googlesOwnSubscriberReceivesEverythingAndAcknowledgesIt() throws Exception {
        client.publish(TOPIC, messages(1_000));
        Set<String> numbers = ConcurrentHashMap.newKeySet();
        CountDownLatch all = new CountDownLatch(2_000);
        MessageReceiver receiver = (PubsubMessage message, AckReplyConsumer reply) -> {
            numbers.add(message.getAttributesOrThrow(PublishedMessage.DEDUPE_KEY) + message.getMessageId());
            reply.ack();
            all.countDown();
        };
        InstantiatingGrpcChannelProvider channel = SubscriptionAdminSettings.defaultGrpcTransportProviderBuilder()
                .setEndpoint(pubSub.host())
                .setChannelConfigurator(builder -> builder.usePlaintext())
                .build();
        Subscriber subscriber = Subscriber.newBuilder(SUBSCRIPTION, receiver)
                .setChannelProvider(channel)
                .setCredentialsProvider(NoCredentialsProvider.create())
                .build();
        subscriber.startAsync().awaitRunning();
        client.publish(TOPIC, messages(1_000));
        try {
            assertThat(all.await(60, TimeUnit.SECONDS)).isTrue();
            assertThat(queue().awaitEmpty(Duration.ofSeconds(60))).isTrue();
        } finally {
            subscriber.stopAsync().awaitTerminated(60, TimeUnit.SECONDS);
        }
        assertThat(numbers).hasSize(2_000);
        assertThat(pubSub.backlog(SUBSCRIPTION)).isZero();
    }

    @Test
    void anUnacknowledgedMessageComesAgainAfterItsDeadlineAndAnAcknowledgedOneNever() {
        client.publish(TOPIC, messages(2));
        SubscriptionQueue queue = queue();
        List<ReceivedMessage> first = queue.take(10, 1_000, Duration.ofSeconds(10));
        queue.acknowledge(List.of(first.get(0).getAckId()));
        assertThat(queue.take(10, 1_000, Duration.ofSeconds(10))).isEmpty();

        now.set(now.get().plusSeconds(11));
        assertThat(queue.take(10, 1_000, Duration.ofSeconds(10)))
                .singleElement()
                .satisfies(again -> {
                    assertThat(again.getMessage().getMessageId())
                            .isEqualTo(first.get(1).getMessage().getMessageId());
                    assertThat(again.getDeliveryAttempt()).isEqualTo(2);
                });
    }

    @Test
    void whatIsGivenBackBringsTheLaterMessagesOfItsKeyAgainInOrder() {
        client.publish(TOPIC, ordered("a", 0, 3));
        client.publish(TOPIC, ordered("b", 3, 2));
        SubscriptionQueue queue = queue();
        List<ReceivedMessage> first = queue.take(10, 1_000, Duration.ofSeconds(10));
        queue.modifyDeadline(List.of(first.get(1).getAckId()), Duration.ZERO);

        assertThat(queue.take(10, 1_000, Duration.ofSeconds(10)))
                .extracting(again -> again.getMessage().getAttributesOrThrow(PublishedMessage.DEDUPE_KEY))
                .containsExactly("key-1", "key-2");
    }

    private SubscriptionQueue queue() {
        return pubSub.queue(SUBSCRIPTION);
    }

    @Test
    void faultsComeInThePlannedOrder() {
        pubSub.plan(
                new PublishFault.Refuse(Status.Code.UNAVAILABLE, 2),
                new PublishFault.None(1),
                new PublishFault.LoseAnswer(1));
        assertThat(outcome()).isEqualTo("UNAVAILABLE");
        assertThat(pubSub.plannedFaults()).isEqualTo(3);
        assertThat(outcome()).isEqualTo("UNAVAILABLE");
        assertThat(outcome()).isEqualTo("OK");
        assertThat(outcome()).isEqualTo("UNAVAILABLE");
        assertThat(outcome()).isEqualTo("OK");
        assertThat(pubSub.plannedFaults()).isZero();
        assertThat(pubSub.count(TOPIC)).isEqualTo(3);
        assertThat(pubSub.distinctKeys(TOPIC)).isEqualTo(1);
    }

    private String outcome() {
        try {
            client.publish(TOPIC, messages(1));
            return "OK";
        } catch (StatusRuntimeException e) {
            return e.getStatus().getCode().name();
        }
    }

    @Test
    void oneBadMessageHasItsWholeRequestRefused() {
        pubSub.reject(message -> "key-1".equals(message.dedupeKey()));
        assertThatThrownBy(() -> client.publish(TOPIC, messages(3))).hasMessageStartingWith("INVALID_ARGUMENT");
        assertThat(pubSub.count(TOPIC)).isZero();
        client.publish(TOPIC, messages(1));
        assertThat(pubSub.count(TOPIC)).isEqualTo(1);
    }

    /** The emulator enforces none of these; the texts are what users of the real service report. */
    @Test
    void theLimitsAreToldAsTheRealServiceTellsThem() {
        refused(
                messages(1_001),
                "The value for message_count is too large. You passed 1001 in the request, but the"
                        + " maximum value is 1000.");
        // googleapis/google-cloud-python#5898
        refused(List.of(sized(10_000_000)), "The value for request_size is too large. You passed 1000");
        refused(List.of(sized(5_000_000), sized(5_000_000)), "but the maximum value is 10000000.");
        // googleapis/java-pubsub#2312, blockchain-etl/ethereum-etl#472
        refused(List.of(attribute("k".repeat(257), "v")), "key that is too long. The length is 257 characters");
        refused(List.of(attribute("k", "\u00e4".repeat(513))), "value that is too long. The length is 1026 characters");
        refused(List.of(attribute("google", "v")), "reserved");
        refused(List.of(attributes(101)), "The value for attribute_count is too large. You passed 101");
        client.publish(
                TOPIC, List.of(attribute("k".repeat(256), "v".repeat(1_024)), attributes(100), sized(9_000_000)));
        assertThat(pubSub.count(TOPIC)).isEqualTo(3);
    }

    private void refused(List<PubsubMessage> messages, String text) {
        assertThatThrownBy(() -> client.publish(TOPIC, messages))
                .hasMessageStartingWith("INVALID_ARGUMENT")
                .hasMessageContaining(text);
    }

    @Test
    void aCutBreaksTheConnectionAndComingBackKeepsPortAndMessages() {
        client.publish(TOPIC, messages(1));
        String host = pubSub.host();
        pubSub.cut();
        assertThat(outcome()).isEqualTo("UNAVAILABLE");
        pubSub.comeBack();
        assertThat(pubSub.host()).isEqualTo(host);
        try (PubSubTestClient other = PubSubTestClient.connect(host)) {
            other.publish(TOPIC, messages(1));
        }
        assertThat(pubSub.count(TOPIC)).isEqualTo(2);
    }

    @Test
    void aStallLetsGoOfARequestWhoseClientGaveUp() {
        ManagedChannel channel =
                NettyChannelBuilder.forTarget(pubSub.host()).usePlaintext().build();
        try {
            pubSub.stall();
            Context.CancellableContext client = Context.current().withCancellation();
            client.run(() -> PublisherGrpc.newStub(channel)
                    .publish(
                            PublishRequest.newBuilder()
                                    .setTopic(TOPIC)
                                    .addAllMessages(messages(1))
                                    .build(),
                            unheard()));
            awaitHeld(1);

            client.cancel(null);

            awaitHeld(0);
            pubSub.comeBack();
            assertThat(pubSub.count(TOPIC)).isZero();
        } finally {
            channel.shutdownNow();
        }
    }

    private static StreamObserver<PublishResponse> unheard() {
        return new StreamObserver<>() {
            @Override
            public void onNext(PublishResponse response) {}

            @Override
            public void onError(Throwable error) {}

            @Override
            public void onCompleted() {}
        };
    }

    private void awaitHeld(int requests) {
        assertTimeoutPreemptively(Duration.ofSeconds(60), () -> {
            while (pubSub.heldRequests() != requests) {
                Thread.onSpinWait();
            }
        });
    }

    @Test
    void keysAloneAreKeptWhenTold() {
        try (InProcessPubSub lean = InProcessPubSub.start(Retention.KEYS_ONLY, InstantSource.system());
                PubSubTestClient other = PubSubTestClient.connect(lean.host())) {
            lean.createTopic(TOPIC);
            lean.createSubscription(SUBSCRIPTION, TOPIC);
            other.publish(TOPIC, messages(1_000));
            other.publish(TOPIC, messages(1_000));
            assertThat(lean.count(TOPIC)).isEqualTo(2_000);
            assertThat(lean.distinctKeys(TOPIC)).isEqualTo(1_000);
            assertThat(lean.messages(TOPIC)).isEmpty();
            assertThat(lean.backlog(SUBSCRIPTION)).isZero();
        }
    }

    @Test
    void whatIsAcknowledgedIsForgottenWhenTold() {
        try (InProcessPubSub lean = InProcessPubSub.start(Retention.UNTIL_ACKNOWLEDGED, InstantSource.system());
                PubSubTestClient other = PubSubTestClient.connect(lean.host())) {
            lean.createTopic(TOPIC);
            lean.createSubscription(SUBSCRIPTION, TOPIC);
            other.publish(TOPIC, messages(10));
            assertThat(lean.backlog(SUBSCRIPTION)).isEqualTo(10);
            List<PublishedMessage> received = new ArrayList<>();
            other.receive(SUBSCRIPTION, 10, Duration.ofSeconds(20), received::add);
            assertThat(received).hasSize(10);
            assertThat(lean.backlog(SUBSCRIPTION)).isZero();
            assertThat(lean.messages(TOPIC)).isEmpty();
        }
    }

    @Test
    void receivingEndsWhenNothingComesAnyMore() {
        client.publish(TOPIC, messages(3));
        assertThat(client.receive(SUBSCRIPTION, 3, Duration.ofSeconds(60), message -> {}))
                .isEqualTo(3);
        assertThat(client.receive(SUBSCRIPTION, 1, Duration.ZERO, message -> {}))
                .isZero();
    }

    private static List<PubsubMessage> messages(int count) {
        return ordered("", 0, count);
    }

    private static List<PubsubMessage> ordered(String orderingKey, int from, int count) {
        List<PubsubMessage> messages = new ArrayList<>(count);
        for (int i = from; i < from + count; i++) {
            messages.add(PubsubMessage.newBuilder()
                    .setData(ByteString.copyFromUtf8("payload " + i))
                    .putAttributes(PublishedMessage.DEDUPE_KEY, "key-" + i)
                    .setOrderingKey(orderingKey)
                    .build());
        }
        return messages;
    }

    private static PubsubMessage sized(int bytes) {
        return PubsubMessage.newBuilder()
                .setData(ByteString.copyFrom(new byte[bytes]))
                .build();
    }

    private static PubsubMessage attribute(String key, String value) {
        return PubsubMessage.newBuilder().putAttributes(key, value).build();
    }

    private static PubsubMessage attributes(int count) {
        PubsubMessage.Builder message = PubsubMessage.newBuilder();
        for (int i = 0; i < count; i++) {
            message.putAttributes("key-" + i, "value");
        }
        return message.build();
    }
}
