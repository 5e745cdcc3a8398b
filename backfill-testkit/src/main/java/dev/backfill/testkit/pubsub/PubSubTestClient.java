package dev.backfill.testkit.pubsub;

import static java.util.Objects.requireNonNull;

import com.google.pubsub.v1.AcknowledgeRequest;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.PullRequest;
import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;

/**
 * A small client of a Pub/Sub that needs no credentials, {@link InProcessPubSub} or Google's emulator, over real gRPC: makes
 * topics and subscriptions, and pulls everything back. Thread-safe.
 *
 * <p>Each call fails with {@link StatusRuntimeException} when Pub/Sub refuses it or does not answer within 30 seconds.
 */
public final class PubSubTestClient implements AutoCloseable {
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final Duration MIN_PULL = Duration.ofSeconds(2);
    private static final Duration SHUTDOWN = Duration.ofSeconds(5);
    private static final int MAX_INBOUND_BYTES = 64 * 1024 * 1024;
    private static final int MAX_MESSAGES = 1_000;
    /** Long enough for a slow reader, so that a message does not come again while it works. */
    private static final int ACK_SECONDS = 600;

    private final ManagedChannel channel;
    private final InstantSource clock;

    private PubSubTestClient(ManagedChannel channel, InstantSource clock) {
        this.channel = channel;
        this.clock = clock;
    }

    /**
     * Makes a client; connects with the first call.
     *
     * @param hostAndPort what PUBSUB_EMULATOR_HOST would hold, for instance {@code 127.0.0.1:8085}
     * @return the client
     */
    public static PubSubTestClient connect(String hostAndPort) {
        return connect(hostAndPort, InstantSource.system());
    }

    /**
     * Makes a client; connects with the first call.
     *
     * @param hostAndPort what PUBSUB_EMULATOR_HOST would hold, for instance {@code 127.0.0.1:8085}
     * @param clock tells how long nothing has come
     * @return the client
     */
    public static PubSubTestClient connect(String hostAndPort, InstantSource clock) {
        return new PubSubTestClient(
                NettyChannelBuilder.forTarget(requireNonNull(hostAndPort, "hostAndPort"))
                        .usePlaintext()
                        .maxInboundMessageSize(MAX_INBOUND_BYTES)
                        .build(),
                requireNonNull(clock, "clock"));
    }

    /**
     * Creates a topic; does nothing when it is there.
     *
     * @param topic its full name, {@code projects/PROJECT/topics/ID}
     */
    public void createTopic(String topic) {
        ignoring(
                Status.Code.ALREADY_EXISTS,
                () -> publisher().createTopic(Topic.newBuilder().setName(topic).build()));
    }

    /**
     * Deletes a topic; does nothing when it is not there.
     *
     * @param topic its full name
     */
    public void deleteTopic(String topic) {
        ignoring(
                Status.Code.NOT_FOUND,
                () -> publisher()
                        .deleteTopic(
                                DeleteTopicRequest.newBuilder().setTopic(topic).build()));
    }

    /**
     * Creates a subscription with message ordering, which receives what is published from now on; does nothing when it is there.
     *
     * @param subscription its full name, {@code projects/PROJECT/subscriptions/ID}
     * @param topic the full name of a topic that is there
     */
    public void createSubscription(String subscription, String topic) {
        ignoring(
                Status.Code.ALREADY_EXISTS,
                () -> subscriber()
                        .createSubscription(Subscription.newBuilder()
                                .setName(subscription)
                                .setTopic(topic)
                                .setAckDeadlineSeconds(ACK_SECONDS)
                                .setEnableMessageOrdering(true)
                                .build()));
    }

    /**
     * Publishes one request.
     *
     * @param topic the topic's full name
     * @param messages its messages
     * @return Pub/Sub's ids of the messages, in order
     */
    public List<String> publish(String topic, List<PubsubMessage> messages) {
        return publisher()
                .publish(PublishRequest.newBuilder()
                        .setTopic(topic)
                        .addAllMessages(messages)
                        .build())
                .getMessageIdsList();
    }

    /**
     * Reads a subscription as a stream from now on, and acknowledges what was handed over.
     *
     * @param subscription the subscription's full name
     * @param consumer gets each message, one by one, on a thread of gRPC; when it throws, the stream ends
     * @return the stream; close it before this client
     */
    public MessageStream stream(String subscription, Consumer<PublishedMessage> consumer) {
        return MessageStream.open(
                channel, requireNonNull(subscription, "subscription"), requireNonNull(consumer, "consumer"));
    }

    /**
     * Pulls and acknowledges messages until so many have come, or until none has come for a while. A message that Pub/Sub
     * delivers twice is handed over once; one that was published twice is two messages. Blocks; on the caller's thread.
     *
     * @param subscription the subscription's full name
     * @param expected how many messages to wait for; more may be handed over when they come with the last of these
     * @param idle how long to go on without a message; 2 seconds at least
     * @param consumer gets each message, on this thread
     * @return how many were handed over
     */
    public long receive(String subscription, long expected, Duration idle, Consumer<PublishedMessage> consumer) {
        Set<String> seen = new HashSet<>();
        Instant lastCame = clock.instant();
        while (seen.size() < expected) {
            Duration left = Duration.between(clock.instant(), lastCame.plus(idle));
            List<ReceivedMessage> received = pull(subscription, left);
            if (received.isEmpty()) {
                if (!lastCame.plus(idle).isAfter(clock.instant())) {
                    break;
                }
                continue;
            }
            for (ReceivedMessage message : received) {
                if (seen.add(message.getMessage().getMessageId())) {
                    consumer.accept(published(message.getMessage()));
                }
            }
            acknowledge(subscription, received);
            lastCame = clock.instant();
        }
        return seen.size();
    }

    /** The emulator answers an empty pull only when its deadline comes, so that deadline is what is left to wait. */
    private List<ReceivedMessage> pull(String subscription, Duration left) {
        Duration wait = left.compareTo(MIN_PULL) < 0 ? MIN_PULL : left.compareTo(CALL) > 0 ? CALL : left;
        try {
            return SubscriberGrpc.newBlockingStub(channel)
                    .withDeadlineAfter(wait.toMillis(), TimeUnit.MILLISECONDS)
                    .pull(PullRequest.newBuilder()
                            .setSubscription(subscription)
                            .setMaxMessages(MAX_MESSAGES)
                            .build())
                    .getReceivedMessagesList();
        } catch (StatusRuntimeException nothingCame) {
            if (nothingCame.getStatus().getCode() == Status.Code.DEADLINE_EXCEEDED) {
                return List.of();
            }
            throw nothingCame;
        }
    }

    private void acknowledge(String subscription, List<ReceivedMessage> received) {
        AcknowledgeRequest.Builder request = AcknowledgeRequest.newBuilder().setSubscription(subscription);
        received.forEach(message -> request.addAckIds(message.getAckId()));
        subscriber().acknowledge(request.build());
    }

    /** Ends the connection. Closing twice does nothing. */
    @Override
    public void close() {
        channel.shutdownNow();
        try {
            channel.awaitTermination(SHUTDOWN.toMillis(), TimeUnit.MILLISECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private PublisherGrpc.PublisherBlockingStub publisher() {
        return PublisherGrpc.newBlockingStub(channel).withDeadlineAfter(CALL.toSeconds(), TimeUnit.SECONDS);
    }

    private SubscriberGrpc.SubscriberBlockingStub subscriber() {
        return SubscriberGrpc.newBlockingStub(channel).withDeadlineAfter(CALL.toSeconds(), TimeUnit.SECONDS);
    }

    private static void ignoring(Status.Code code, Runnable call) {
        try {
            call.run();
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != code) {
                throw e;
            }
        }
    }

    private static PublishedMessage published(PubsubMessage message) {
        Instant time = Instant.ofEpochSecond(
                message.getPublishTime().getSeconds(), message.getPublishTime().getNanos());
        return new PublishedMessage(0, message, time);
    }
}
