package dev.backfill.testkit.pubsub;

import com.google.pubsub.v1.ReceivedMessage;
import com.google.pubsub.v1.StreamingPullRequest;
import com.google.pubsub.v1.StreamingPullResponse;
import com.google.pubsub.v1.SubscriberGrpc;
import io.grpc.ManagedChannel;
import io.grpc.Status;
import io.grpc.stub.ClientCallStreamObserver;
import io.grpc.stub.ClientResponseObserver;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A subscription read as a stream, without a deadline: however slow the machine, nothing is given up on its way. A message that
 * Pub/Sub delivers twice is handed over once. Ends with {@link #close}, or when Pub/Sub ends it: then {@link #failure} says why.
 * Thread-safe.
 */
public final class MessageStream implements AutoCloseable {
    private static final int ACK_SECONDS = 600;
    private static final long MAX_BYTES_ON_THE_WAY = 16L << 20;
    private static final long CLOSE_SECONDS = 5;

    private final Consumer<PublishedMessage> consumer;
    private final Set<String> seen =
            new HashSet<>(); // touched by the stream's own callbacks only, which come one by one
    private final CountDownLatch ended = new CountDownLatch(1);
    private volatile boolean closed;
    private volatile @Nullable Throwable failure;
    private volatile @Nullable ClientCallStreamObserver<StreamingPullRequest> requests;

    private MessageStream(Consumer<PublishedMessage> consumer) {
        this.consumer = consumer;
    }

    static MessageStream open(ManagedChannel channel, String subscription, Consumer<PublishedMessage> consumer) {
        MessageStream stream = new MessageStream(consumer);
        SubscriberGrpc.newStub(channel)
                .streamingPull(stream.new Answers())
                .onNext(StreamingPullRequest.newBuilder()
                        .setSubscription(subscription)
                        .setStreamAckDeadlineSeconds(ACK_SECONDS)
                        .setMaxOutstandingBytes(MAX_BYTES_ON_THE_WAY)
                        .build());
        return stream;
    }

    /** {@return what ended the stream, a {@link io.grpc.StatusRuntimeException} if Pub/Sub did; null while it runs or after {@link #close}} */
    public @Nullable Throwable failure() {
        return failure;
    }

    /** Ends the stream and waits for the message being handed over, 5 seconds at most. Closing twice does nothing. */
    @Override
    public void close() {
        closed = true;
        ClientCallStreamObserver<StreamingPullRequest> open = requests;
        if (open != null) {
            open.cancel("closed", null);
        }
        try {
            boolean inTime = ended.await(CLOSE_SECONDS, TimeUnit.SECONDS);
            if (!inTime && failure == null) {
                failure = Status.DEADLINE_EXCEEDED
                        .withDescription("the stream did not end")
                        .asRuntimeException();
            }
        } catch (InterruptedException stopped) {
            Thread.currentThread().interrupt();
        }
    }

    private final class Answers implements ClientResponseObserver<StreamingPullRequest, StreamingPullResponse> {
        @Override
        public void beforeStart(ClientCallStreamObserver<StreamingPullRequest> stream) {
            requests = stream;
        }

        @Override
        public void onNext(StreamingPullResponse answer) {
            List<ReceivedMessage> received = answer.getReceivedMessagesList();
            ClientCallStreamObserver<StreamingPullRequest> open = requests;
            if (received.isEmpty() || closed || open == null) {
                return;
            }
            StreamingPullRequest.Builder acknowledge = StreamingPullRequest.newBuilder();
            for (ReceivedMessage message : received) {
                if (seen.add(message.getMessage().getMessageId())) {
                    consumer.accept(new PublishedMessage(
                            0,
                            message.getMessage(),
                            Instant.ofEpochSecond(
                                    message.getMessage().getPublishTime().getSeconds(),
                                    message.getMessage().getPublishTime().getNanos())));
                }
                acknowledge.addAckIds(message.getAckId());
            }
            open.onNext(acknowledge.build());
        }

        @Override
        public void onError(Throwable reason) {
            if (!closed) {
                failure = reason;
            }
            ended.countDown();
        }

        @Override
        public void onCompleted() {
            ended.countDown();
        }
    }
}
