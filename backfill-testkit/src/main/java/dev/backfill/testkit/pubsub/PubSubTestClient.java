package dev.backfill.testkit.pubsub;

import static java.util.Objects.requireNonNull;

import com.google.pubsub.v1.DeleteSubscriptionRequest;
import com.google.pubsub.v1.DeleteTopicRequest;
import com.google.pubsub.v1.PublishRequest;
import com.google.pubsub.v1.PublisherGrpc;
import com.google.pubsub.v1.PubsubMessage;
import com.google.pubsub.v1.SubscriberGrpc;
import com.google.pubsub.v1.Subscription;
import com.google.pubsub.v1.Topic;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.netty.shaded.io.grpc.netty.NettyChannelBuilder;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;

/**
 * A small client of a Pub/Sub that needs no credentials, {@link InProcessPubSub} or Google's emulator, over real gRPC: makes
 * topics and subscriptions, and pulls everything back. Thread-safe.
 *
 * <p>Each call fails with {@link StatusRuntimeException} when Pub/Sub refuses it or does not answer within 30 seconds.
 */
public final class PubSubTestClient implements AutoCloseable {
    private static final Duration CALL = Duration.ofSeconds(30);
    private static final Duration MIN_IDLE = Duration.ofSeconds(2);
    private static final Duration SHUTDOWN = Duration.ofSeconds(5);
    private static final int MAX_INBOUND_BYTES = 64 * 1024 * 1024;
    /** Long enough for a slow reader, so that a message does not come again while it works. */
    private static final int ACK_SECONDS = 600;

    private final ManagedChannel channel;

    private PubSubTestClient(ManagedChannel channel) {
        this.channel = channel;
    }

    /**
     * Makes a client; connects with the first call.
     *
     * @param hostAndPort what PUBSUB_EMULATOR_HOST would hold, for instance {@code 127.0.0.1:8085}
     * @return the client
     */
    public static PubSubTestClient connect(String hostAndPort) {
        return new PubSubTestClient(NettyChannelBuilder.forTarget(requireNonNull(hostAndPort, "hostAndPort"))
                .usePlaintext()
                .maxInboundMessageSize(MAX_INBOUND_BYTES)
                .build());
    }

    /**
     * Creates a topic; does nothing when it is there.
     *
     * @param topic its full name, {@code projects/PROJECT/topics/ID}
     * @return true if it was made, false if it was there
     */
    public boolean createTopic(String topic) {
        return ignoring(
                Status.Code.ALREADY_EXISTS,
                () -> publisher().createTopic(Topic.newBuilder().setName(topic).build()));
    }

    /**
     * Deletes a topic; does nothing when it is not there.
     *
     * @param topic its full name
     * @return true if it was there
     */
    public boolean deleteTopic(String topic) {
        return ignoring(
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
     * @return true if it was made, false if it was there
     */
    public boolean createSubscription(String subscription, String topic) {
        return ignoring(
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
     * Deletes a subscription with what it holds; does nothing when it is not there.
     *
     * @param subscription its full name
     * @return true if it was there
     */
    public boolean deleteSubscription(String subscription) {
        return ignoring(
                Status.Code.NOT_FOUND,
                () -> subscriber()
                        .deleteSubscription(DeleteSubscriptionRequest.newBuilder()
                                .setSubscription(subscription)
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
                channel, requireNonNull(subscription, "subscription"), requireNonNull(consumer, "consumer"), () -> {});
    }

    /**
     * Reads a subscription as a stream until so many messages have come, or until none has come for a while, and acknowledges what
     * was handed over. A message that Pub/Sub delivers twice is handed over once; one that was published twice is two messages.
     * Blocks.
     *
     * @param subscription the subscription's full name
     * @param expected how many messages to wait for; more may be handed over when they come with the last of these
     * @param idle how long to go on without a message, also without a first one; 2 seconds at least
     * @param consumer gets each message, one by one, on a thread of gRPC; has returned from the last when this returns
     * @return how many were handed over
     * @throws StatusRuntimeException if Pub/Sub ends the stream, or the consumer throws
     */
    public long receive(String subscription, long expected, Duration idle, Consumer<PublishedMessage> consumer) {
        Duration patience = idle.compareTo(MIN_IDLE) < 0 ? MIN_IDLE : idle;
        AtomicLong handedOver = new AtomicLong();
        Semaphore news = new Semaphore(0);
        Consumer<PublishedMessage> counting = message -> {
            consumer.accept(message);
            handedOver.incrementAndGet();
            news.release();
        };
        MessageStream stream = MessageStream.open(channel, subscription, counting, news::release);
        try (stream) {
            while (handedOver.get() < expected && stream.failure() == null && isThereNews(news, patience)) {
                news.drainPermits();
            }
        }
        if (stream.failure() instanceof StatusRuntimeException broken) {
            throw broken;
        }
        return handedOver.get();
    }

    private static boolean isThereNews(Semaphore news, Duration patience) {
        try {
            return news.tryAcquire(patience.toNanos(), TimeUnit.NANOSECONDS);
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
            return false;
        }
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

    /** False if the call was refused with this code. */
    private static boolean ignoring(Status.Code code, Runnable call) {
        try {
            call.run();
            return true;
        } catch (StatusRuntimeException e) {
            if (e.getStatus().getCode() != code) {
                throw e;
            }
            return false;
        }
    }
}
